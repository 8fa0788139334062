import { demands } from "./policies.js";
import type { Deployment, Status, World } from "./world.js";

export function status(world: World, deployment: Deployment): Status {
  const { started, stopped, verifyingSince, finished, cancelled, hold, reservedUntil } = deployment;
  if (deployment.isRejected) return "rejected";
  if (cancelled !== null) return deployment.hasFailed ? "failed" : "cancelled";
  if (hold !== null) return reservedUntil === null ? "held" : "reserved";
  if (finished !== null) return finished + demands(world, deployment).bufferTime > world.now ? "buffering" : "finished";
  if (stopped !== null) return "stopping";
  if (started === null) return "queued";
  return verifyingSince === null ? "running" : "verifying";
}

export function isTooLate(world: World, deployment: Deployment): boolean {
  return deployment.started === null && (isPast(world, deployment.notAfter) || isOver(world, deployment));
}

export function isOver(world: World, { reservedUntil, started }: Deployment): boolean {
  return started === null && isPast(world, reservedUntil);
}

export function isPast({ now }: World, moment: number | null): boolean {
  return moment !== null && moment <= now;
}

export function isStale(world: World, deployment: Deployment): boolean {
  const { started, stopped, maxDuration } = deployment;
  return (
    isLive(deployment) &&
    (isTooLate(world, deployment) ||
      leaseEnd(world, deployment) < world.now ||
      (started !== null && maxDuration !== null && started + maxDuration < world.now && stopped === null))
  );
}

export function isHolder(world: World, deployment: Deployment): boolean {
  return ["running", "verifying"].includes(status(world, deployment)) && isKept(world, deployment);
}

export function isKept(world: World, deployment: Deployment): boolean {
  return deployment.aliveUntil !== null && leaseEnd(world, deployment) >= world.now;
}

/** A lease outlasts the first return of the writes by a minute, less what passes in the database between two steps. */
function leaseEnd({ returns }: World, { heartbeat, aliveUntil }: Deployment): number {
  if (heartbeat === null || aliveUntil === null) return Number.POSITIVE_INFINITY;
  const back = returns.findLast((moment) => heartbeat < moment) ?? Number.NEGATIVE_INFINITY;
  return Math.max(aliveUntil, back + 0.99);
}

export function waits(world: World, deployment: Deployment): boolean {
  return ["held", "reserved", "queued"].includes(status(world, deployment));
}

export function isStanding(deployment: Deployment): boolean {
  return isLive(deployment) && deployment.started === null && deployment.hold !== "outside";
}

export function isLive({ finished, cancelled }: Deployment): boolean {
  return finished === null && cancelled === null;
}
