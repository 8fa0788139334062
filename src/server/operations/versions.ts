import { Type } from "typebox";
import { Anything, DeploymentRef, Entry, Place, seconds, text, Work } from "../schemas.js";
import { type Operation, reason, why } from "./operation.js";

const version = text("Which version of it", 200);
const versionOf = { component: Work.component, version };
const place = Type.Partial(Type.Object(Place)).properties;

/** What is found about versions, and done with all deployments of one. */
export const versionOperations: readonly Operation[] = [
  {
    ...{ method: "POST", path: "/preflight", calls: "preflight", tag: "line" },
    ...{ summary: "What a deployment would have to pass if it entered now", answer: Anything },
    body: Type.Pick(Entry, [
      ...Object.keys(Work),
      ...["hold", "not_before", "not_after", "max_duration", "parent_id", "rollback_of", "confirmation"],
    ]),
  },
  {
    ...{ method: "POST", path: "/checks", calls: "report_check", tag: "versions", created: true },
    ...{ summary: "Report that a check has passed or failed for a version", answer: Anything },
    body: Type.Object({
      ...versionOf,
      name: text("Such as e2e", 100),
      passed: Type.Boolean(),
      url: Type.Optional(text("Where the result is, http or https", 2_000)),
      details: Type.Optional(Type.Unknown({ description: "More about it, at most 16000 characters" })),
      expires_in: Type.Optional(seconds("For how long it counts")),
    }),
    example: { component: "api", version: "v1.4.0", name: "e2e", passed: true },
  },
  {
    ...{ method: "POST", path: "/versions/mark-bad", calls: "mark_bad", tag: "versions", many: true },
    ...{
      summary: "Let no deployment of a version enter or start, and withdraw those that wait",
      answer: DeploymentRef,
    },
    body: Type.Object({ ...versionOf, reason }),
    example: { component: "api", version: "v1.4.0", reason: "it loses orders" },
  },
  {
    ...{ method: "POST", path: "/versions/mark-good", calls: "mark_good", tag: "versions", many: true },
    ...{ summary: "Take back that a version is bad", body: Type.Object(versionOf), answer: Anything },
  },
  {
    ...{ method: "POST", path: "/versions/cancel", calls: "cancel_version", tag: "versions", many: true },
    ...{ summary: "Cancel all deployments of a version that wait or run", answer: DeploymentRef },
    body: Type.Object({
      ...{ ...versionOf, ...place, cancellation_note: why },
      queued_only: Type.Optional(Type.Boolean({ description: "What runs goes on" })),
    }),
  },
];
