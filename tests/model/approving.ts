import type { Act } from "./acts.js";
import { answered, end, followed, type Outcome, replace } from "./outcomes.js";
import { demands } from "./policies.js";
import { isLive } from "./states.js";
import type { Deployment, World } from "./world.js";

/** Another one says yes or no to a deployment that waits and needs approvals. The owner has entered all of them. */
export function approve(
  world: World,
  { act, as }: Extract<Act, { act: "approve" | "disapprove" }>,
  deployment: Deployment,
): Outcome {
  if (demands(world, deployment).approvals === 0 || deployment.joinedId !== null) return answered("QD055", world);
  if (as === "owner") return answered("QD054", world);
  if (act === "approve" && deployment.approvedBy.includes(as)) return answered("ok", world);
  if (!isLive(deployment)) return answered(deployment.finished === null ? "QD005" : "QD006", world);
  if (deployment.started !== null) return answered("QD007", world);
  return act === "disapprove"
    ? end(world, "ok", ({ id }) => id === deployment.id)
    : followed(world, "ok", replace(world, { ...deployment, approvedBy: [...deployment.approvedBy, as] }));
}
