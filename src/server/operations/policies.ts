import { Type } from "typebox";
import { Anything, DeploymentId, DeploymentRef, moment, Place, Policies, text, Without } from "../schemas.js";
import { type Operation, reason, why } from "./operation.js";

const cell = "/cells/{environment}/{cloud_provider}/{region}/{cell_index}";
const expires_at = Type.Optional(moment("It ends by itself then"));

/** What operators say about environments, cells, freezes and windows. */
export const policyOperations: readonly Operation[] = [
  {
    ...{ method: "PUT", path: "/environments/{environment}", calls: "set_environment", tag: "policies" },
    ...{ summary: "Add an environment, or change its policies; what is left out stays as it is", answer: Anything },
    body: Type.Object({
      ...Policies,
      retention: Type.Optional(Type.Number({ minimum: 0, description: "How long history is kept, in seconds" })),
      has_closed_cells: Type.Optional(Type.Boolean({ description: "Only cells that were added may be deployed to" })),
      without: Without,
    }),
    example: { buffer_time: 600, approvals: 1 },
  },
  {
    ...{ method: "DELETE", path: "/environments/{environment}", calls: "remove_environment", tag: "policies" },
    ...{ summary: "Remove an environment that nothing was deployed to", answer: Anything },
  },
  {
    ...{ method: "PUT", path: "/environments/{environment}/components/{component}", calls: "set_component" },
    ...{ summary: "Say what a component demands otherwise than its environment", tag: "policies", answer: Anything },
    body: Type.Object({ ...Policies, without: Without }),
    example: { buffer_time: 0 },
  },
  {
    ...{ method: "POST", path: "/cells", calls: "add_cell", tag: "cells", created: true },
    ...{ summary: "Add a cell, or bring a retired one back", body: Type.Object(Place), answer: Anything },
  },
  {
    ...{ method: "PATCH", path: cell, calls: "set_cell", tag: "cells" },
    ...{ summary: "Say how many deployments without a common key may run there at once", answer: Anything },
    body: Type.Object({
      slots: Type.Union([Type.Integer({ minimum: 1, maximum: 100 }), Type.Null()], {
        description: "null: as many as its environment says",
      }),
    }),
  },
  {
    ...{ method: "DELETE", path: cell, calls: "retire_cell", tag: "cells" },
    ...{ summary: "Retire a cell: no deployment enters its line from now on", answer: Anything },
  },
  {
    ...{ method: "POST", path: `${cell}/hold`, calls: "hold_line", tag: "cells" },
    ...{ summary: "Let nothing start in a cell until its line is released", answer: Anything },
    body: Type.Object({ reason, deployment_id: Type.Optional(DeploymentId) }),
  },
  {
    ...{ method: "POST", path: `${cell}/release`, calls: "release_line", tag: "cells" },
    ...{ summary: "Let the line of a cell go on", body: Type.Object({ reason: why }), answer: Anything },
  },
  {
    ...{ method: "POST", path: `${cell}/cancel`, calls: "cancel_location", tag: "cells", many: true },
    ...{ summary: "Cancel all that waits or runs in a cell", answer: DeploymentRef },
    body: Type.Object({ cancellation_note: why, queued_only: Type.Optional(Type.Boolean()) }),
  },
  {
    ...{ method: "POST", path: "/freezes", calls: "freeze", tag: "policies", created: true },
    ...{ summary: "Let nothing start in a place", answer: Anything },
    body: Type.Object({
      environment: Place.environment,
      reason: text("Told to those who wait", 10_000),
      ...{ cloud_provider: Type.Optional(Place.cloud_provider), region: Type.Optional(Place.region) },
      cell_index: Type.Optional(Place.cell_index),
      expires_at,
      allow_key: Type.Optional(text("Deployments with this key pass, with allow_role", 200)),
      allow_role: Type.Optional(text("Deployments of this role pass", 200)),
      allow_actor: Type.Optional(text("Deployments of this actor pass", 200)),
    }),
    example: { environment: "prod", reason: "incident 17", expires_at: "2030-01-31T18:00:00Z" },
  },
  {
    ...{ method: "PATCH", path: "/freezes/{freeze_id}", calls: "edit_freeze", tag: "policies" },
    ...{ summary: "Change the reason or the end of a freeze", answer: Anything },
    body: Type.Object({ reason: why, expires_at, without: Without }),
  },
  {
    ...{ method: "DELETE", path: "/freezes/{freeze_id}", calls: "thaw", tag: "policies" },
    ...{ summary: "End a freeze", answer: Anything },
  },
  {
    ...{ method: "POST", path: "/freezes/{freeze_id}/allow", calls: "allow_through_freeze", tag: "policies" },
    ...{ summary: "Let one deployment through a freeze", answer: Anything },
    body: Type.Object({ deployment_id: DeploymentId }),
  },
  {
    ...{ method: "POST", path: "/freezes/{freeze_id}/disallow", calls: "disallow_through_freeze", tag: "policies" },
    ...{ summary: "Let a freeze hold a deployment again that it let through", answer: Anything },
    body: Type.Object({ deployment_id: DeploymentId }),
  },
  {
    ...{ method: "POST", path: "/windows", calls: "add_window", tag: "policies", created: true },
    ...{ summary: "Let deployments start within these hours only", answer: Anything },
    body: Type.Object({
      environment: Place.environment,
      days: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { description: "1 is Monday", maxItems: 7 }),
      opens_at: text("Such as 09:00", 20),
      closes_at: text("Such as 17:00", 20),
      zone: Type.Optional(text("Such as Europe/Berlin; UTC by default", 100)),
    }),
    example: { environment: "prod", days: [1, 2, 3, 4], opens_at: "09:00", closes_at: "17:00", zone: "Europe/Berlin" },
  },
  {
    ...{ method: "DELETE", path: "/windows/{window_id}", calls: "remove_window", tag: "policies" },
    ...{ summary: "Remove a window", answer: Anything },
  },
];
