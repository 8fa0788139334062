import { type TObject, type TSchema, Type } from "typebox";
import {
  Anything,
  DeploymentId,
  DeploymentRef,
  Entry,
  Place,
  priority,
  StartAttemptRef,
  seconds,
  text,
  Work,
} from "../schemas.js";
import { confirmation, keeper, none, type Operation, reason, why } from "./operation.js";

/** What is given along with the id of a reservation, which is refused when it is another's. */
const reserved = { ...Place, component: Work.component };

const ofDeployment = (
  verb: string,
  calls: string,
  summary: string,
  body: TObject = none,
  answer: TSchema = DeploymentRef,
): Operation => ({
  ...{ method: "POST", path: `/deployments/{deployment_id}/${verb}`, tag: "deployments" },
  ...{ calls, summary, body, answer },
});

export const deploymentOperations: readonly Operation[] = [
  {
    ...{ method: "POST", path: "/deployments", calls: "enqueue", tag: "deployments", created: true },
    ...{ summary: "Enter the line of a cell", body: Entry, answer: DeploymentRef },
    example: {
      ...{ environment: "dev", cloud_provider: "aws", region: "us-west-2", cell_index: 1, component: "api" },
      version: "v1.4.0",
    },
  },
  ofDeployment(
    "start",
    "try_start",
    "Start it, if its turn has come",
    Type.Object({
      heartbeat: Type.Optional(
        Type.Boolean({
          description:
            "Heartbeats will come while it runs, the first within a minute; without it, they end with the start",
        }),
      ),
      keeper,
      stop_grace: Type.Optional(seconds("Within how long the work ends when it is asked to")),
    }),
    StartAttemptRef,
  ),
  ofDeployment(
    "heartbeat",
    "heartbeat",
    "Renew its lease",
    Type.Object({ keeper }),
    Type.Object(
      {
        beat_again_in: Type.Union([seconds("When the next one is due"), Type.Null()], { description: "null: never" }),
        deployment: DeploymentRef,
      },
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
      queued_only: Type.Optional(Type.Boolean({ description: "Refuse it when it has started" })),
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
  ofDeployment("bump", "bump", "Give it another priority", Type.Object({ reason, priority: Type.Optional(priority) })),
  ofDeployment("start-now", "start_now", "Start it past every rule, in an emergency", Type.Object({ reason })),
  ofDeployment("assert", "assert", "Make sure that it holds its cell, and that its lease is good"),
  {
    ...{ method: "POST", path: "/heartbeats", calls: "heartbeats", tag: "deployments", many: true },
    ...{ summary: "Renew the leases of many", answer: Anything },
    body: Type.Object({ deployment_ids: Type.Array(DeploymentId, { maxItems: 1_000 }), keeper }),
  },
  {
    ...{ method: "POST", path: "/bypasses", calls: "record_bypass", tag: "deployments", created: true },
    ...{ summary: "Record that a deployment went past the queue", answer: Anything },
    body: Type.Object({ ...reserved, note: text("Why", 10_000), version: Work.version, url: Work.url }),
  },
];
