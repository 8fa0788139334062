import { type TObject, type TSchema, Type } from "typebox";
import {
  Anything,
  Deployment,
  DeploymentId,
  Entry,
  moment,
  Place,
  StartAttempt,
  seconds,
  text,
  Work,
} from "./schemas.js";

/** A call of a function of the queue: its arguments are those of the path and of the body. */
export interface Operation {
  readonly method: "POST" | "PUT" | "DELETE";
  /** Behind /v1, with {names} as OpenAPI writes them. */
  readonly path: string;
  readonly calls: string;
  readonly summary: string;
  readonly tag: string;
  readonly body?: TObject;
  readonly answer: TSchema;
  /** Whether it gives back many rows. */
  readonly many?: boolean;
  readonly created?: boolean;
}

/** Reading a view, or a function that only reads. */
export interface Reading {
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly view?: string;
  readonly calls?: string;
  /** Fields that a query may give a value for. */
  readonly filters: readonly string[];
  /** The field by which pages follow each other. */
  readonly by?: string;
  readonly descending?: boolean;
  readonly answer: TSchema;
}

const keeper = Type.Optional(text("The name that its process has drawn for itself", 200));
const confirmation = Type.Optional(text("The phrase that the environment asks for", 100));
const why = Type.Optional(text("Why, for the record", 10_000));
/** What is given along with the id of a reservation, which is refused when it is another's. */
const reserved = { ...Place, component: Work.component };
const none = Type.Object({}, { additionalProperties: false });
const ofDeployment = (
  verb: string,
  calls: string,
  summary: string,
  body: TObject = none,
  answer: TSchema = Deployment,
): Operation => ({
  ...{ method: "POST", path: `/deployments/{deployment_id}/${verb}`, tag: "deployments" },
  ...{ calls, summary, body, answer },
});

export const operations: readonly Operation[] = [
  {
    ...{ method: "POST", path: "/deployments", calls: "enqueue", tag: "deployments", created: true },
    ...{ summary: "Enter the line of a cell", body: Entry, answer: Deployment },
  },
  ofDeployment(
    "start",
    "try_start",
    "Start it, if its turn has come",
    Type.Object({
      heartbeat: Type.Optional(Type.Boolean({ description: "Heartbeats will come while it runs" })),
      keeper,
      stop_grace: Type.Optional(seconds("Within how long the work ends when it is asked to")),
    }),
    StartAttempt,
  ),
  ofDeployment(
    "heartbeat",
    "heartbeat",
    "Renew its lease",
    Type.Object({ keeper }),
    Type.Object(
      { beat_again_in: seconds("When the next one is due"), deployment: Deployment },
      { additionalProperties: true },
    ),
  ),
  ofDeployment("verify", "begin_verification", "Its work is done, and is being checked", Type.Object({ keeper })),
  ofDeployment(
    "finish",
    "finish",
    "Its work is done",
    Type.Object({
      keeper,
      verified: Type.Optional(Type.Boolean({ description: "The caller has seen that what was deployed works" })),
    }),
  ),
  ofDeployment("fail", "fail", "Its work has failed", Type.Object({ cancellation_note: why, keeper })),
  ofDeployment(
    "cancel",
    "cancel",
    "Cancel it; what runs is asked to stop",
    Type.Object({
      cancellation_note: why,
      force: Type.Optional(Type.Boolean({ description: "Free the cell at once" })),
    }),
  ),
  ofDeployment("confirm-stop", "confirm_stop", "Its work has ended, as was asked for", Type.Object({ keeper })),
  ofDeployment(
    "release",
    "release",
    "Let what is on hold into the line",
    Type.Object({ reason: why, heartbeat: Type.Optional(Type.Boolean()), confirmation }),
    Anything,
  ),
  ofDeployment(
    "redeem",
    "redeem",
    "Make a deployment of a reservation",
    Type.Object({
      ...{ version: Work.version, artifact: Work.artifact, url: Work.url, keeper, confirmation },
      ...{ heartbeat: Type.Optional(Type.Boolean()), ...Type.Partial(Type.Object(reserved)).properties },
      stop_grace: Type.Optional(seconds("Within how long the work ends when it is asked to")),
    }),
  ),
  ofDeployment(
    "confirm",
    "confirm",
    "Bring the phrase that it needs",
    Type.Object({ confirmation: text("The phrase", 100) }),
    Anything,
  ),
  ofDeployment("purge", "purge", "Drop what is on hold", Type.Object({ reason: why })),
  ofDeployment(
    "approve",
    "approve",
    "Approve what another has entered",
    Type.Object({ note: Type.Optional(text("What was looked at, for the record", 500)) }),
  ),
  ofDeployment(
    "disapprove",
    "disapprove",
    "Cancel what another has entered and needs approval",
    Type.Object({ note: text("Why", 500) }),
  ),
  ofDeployment(
    "bump",
    "bump",
    "Give it another priority",
    Type.Object({ reason: text("Why, for the record", 10_000), priority: Type.Optional(Type.Integer()) }),
  ),
  {
    ...{ method: "POST", path: "/freezes", calls: "freeze", tag: "policies", created: true },
    ...{ summary: "Let nothing start in a place", answer: Anything },
    body: Type.Object({
      environment: Place.environment,
      reason: text("Told to those who wait", 10_000),
      ...{ cloud_provider: Type.Optional(Place.cloud_provider), region: Type.Optional(Place.region) },
      cell_index: Type.Optional(Place.cell_index),
      expires_at: Type.Optional(moment("It ends by itself then")),
      allow_key: Type.Optional(text("Deployments with this key pass, with allow_role", 200)),
      allow_role: Type.Optional(text("Deployments of this role pass", 200)),
      allow_actor: Type.Optional(text("Deployments of this actor pass", 200)),
    }),
  },
  {
    ...{ method: "DELETE", path: "/freezes/{freeze_id}", calls: "thaw", tag: "policies" },
    ...{ summary: "End a freeze", answer: Anything },
  },
  {
    ...{ method: "POST", path: "/windows", calls: "add_window", tag: "policies", created: true },
    ...{ summary: "Let deployments start within these hours only", answer: Anything },
    body: Type.Object({
      environment: Place.environment,
      days: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { description: "1 is Monday" }),
      opens_at: text("Such as 09:00", 20),
      closes_at: text("Such as 17:00", 20),
      zone: Type.Optional(text("Such as Europe/Berlin; UTC by default", 100)),
    }),
  },
  {
    ...{ method: "DELETE", path: "/windows/{window_id}", calls: "remove_window", tag: "policies" },
    ...{ summary: "Remove a window", answer: Anything },
  },
  {
    ...{ method: "POST", path: "/cells", calls: "add_cell", tag: "policies", created: true },
    ...{ summary: "Add a cell", body: Type.Object(Place), answer: Anything },
  },
  {
    ...{ method: "POST", path: "/preflight", calls: "preflight", tag: "line" },
    ...{ summary: "What a deployment would have to pass if it entered now", answer: Anything },
    body: Type.Pick(Entry, [
      ...Object.keys(Work),
      ...["hold", "not_before", "not_after", "max_duration", "parent_id", "rollback_of", "confirmation"],
    ]),
  },
  {
    ...{ method: "POST", path: "/checks", calls: "report_check", tag: "checks", created: true },
    ...{ summary: "Report that a check has passed or failed for a version", answer: Anything },
    body: Type.Object({
      ...{ component: Work.component, version: text("Which version of it", 200), name: text("Such as e2e", 100) },
      passed: Type.Boolean(),
      url: Type.Optional(text("Where the result is, http or https", 2_000)),
      details: Type.Optional(Type.Unknown({ description: "More about it, at most 16000 characters" })),
      expires_in: Type.Optional(seconds("For how long it counts")),
    }),
  },
];

const placeNames = ["environment", "cloud_provider", "region", "cell_index"];

export const readings: readonly Reading[] = [
  {
    ...{ path: "/deployments", view: "deployments_with_status", tag: "deployments", by: "id", descending: true },
    ...{ summary: "Deployments, the newest first", answer: Deployment },
    filters: [...placeNames, "component", "version", "status", "entered_by", "actor"],
  },
  {
    ...{ path: "/deployments/{deployment_id}/history", calls: "history", tag: "deployments", filters: [] },
    ...{ summary: "What happened to it, and who did it", answer: Anything },
  },
  {
    ...{ path: "/deployments/{deployment_id}/explain", calls: "waiting_on", tag: "deployments", filters: [] },
    ...{ summary: "What it waits for, and what would lift that", answer: Anything },
  },
  {
    ...{ path: "/queue", view: "queue", tag: "line", by: "deployment_id", filters: [...placeNames, "component"] },
    ...{ summary: "What waits, with its position and its blockers", answer: Anything },
  },
  {
    ...{ path: "/approvals", view: "wanted_approvals", tag: "line", by: "deployment_id" },
    ...{ filters: [...placeNames, "component"] },
    ...{ summary: "What waits for approvals", answer: Anything },
  },
  {
    ...{ path: "/checks", view: "latest_checks", tag: "checks", by: "check_id" },
    ...{ filters: ["component", "version", "name"] },
    ...{ summary: "The newest report of each check", answer: Anything },
  },
  {
    ...{
      path: "/running",
      view: "current_deployments",
      tag: "line",
      by: "deployment_id",
      filters: [...placeNames, "component"],
    },
    ...{ summary: "What holds a cell", answer: Anything },
  },
  {
    ...{ path: "/outliers", view: "outliers", tag: "line", by: "id", filters: [...placeNames, "component"] },
    ...{ summary: "What runs for longer than usual", answer: Anything },
  },
  {
    ...{ path: "/freezes", view: "freezes_in_force", tag: "policies", by: "freeze_id", filters: placeNames },
    ...{ summary: "Freezes that hold", answer: Anything },
  },
  {
    ...{ path: "/windows", view: "windows", tag: "policies", by: "window_id", filters: ["environment"] },
    ...{ summary: "Windows", answer: Anything },
  },
  {
    ...{ path: "/cells", view: "cells", tag: "policies", by: "id", filters: placeNames },
    ...{ summary: "Cells", answer: Anything },
  },
  {
    ...{ path: "/environments", view: "environments", tag: "policies", by: "environment", filters: [] },
    ...{ summary: "Environments and their policies", answer: Anything },
  },
];

/** The names in paths. */
export const pathIds = { deployment_id: DeploymentId, freeze_id: Type.Integer(), window_id: Type.Integer() };
