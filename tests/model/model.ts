import { shutChecks } from "./checks.js";
import { isObsolete } from "./ordering.js";
import { demands, isConfirmed } from "./policies.js";
import { unpromoted } from "./promotion.js";
import { blockersAmong, type Obstacle } from "./slots.js";
import { isOver, isPast, status, waits } from "./states.js";
import type { Deployment, Freeze, Reason, Window, World } from "./world.js";

/** Why a deployment may not start: those in its cell that have not its key, and what withholds it by itself. */
export function reasons(world: World, deployment: Deployment): Reason[] {
  return [...blockers(world, deployment), ...withheld(world, deployment)];
}

function withheld(world: World, deployment: Deployment): Reason[] {
  const { hold, notBefore, environment, reservedUntil } = deployment;
  const window = world.windows[environment];
  return [
    ...(deployment.approvedBy.length < demands(world, deployment).approvals
      ? [{ kind: "approval", by: null, until: null } as const]
      : []),
    ...shutChecks(world, deployment),
    ...(isConfirmed(world, deployment) ? [] : [{ kind: "confirmation", by: null, until: null } as const]),
    ...(isPast(world, deployment.notAfter) ? [{ kind: "expired", by: null, until: null } as const] : []),
    ...(isOver(world, deployment) ? [{ kind: "expired", by: null, until: null } as const] : []),
    ...(isFrozen(world, deployment) ? [{ kind: "freeze", by: null, until: null } as const] : []),
    ...(hold === null || reservedUntil !== null ? [] : [{ kind: "hold", by: null, until: null } as const]),
    ...(isLineHeld(world, deployment) ? [{ kind: "line-held", by: null, until: null } as const] : []),
    ...unpromoted(world, deployment),
    ...(reservedUntil === null || isOver(world, deployment)
      ? []
      : [{ kind: "reservation", by: null, until: null } as const]),
    ...(isLater(world, deployment) ? [{ kind: "schedule", by: null, until: notBefore } as const] : []),
    ...(window === undefined || isOpen(world, window)
      ? []
      : [{ kind: "window", by: null, until: nextOpening(world, window) } as const]),
  ];
}

function blockers(world: World, deployment: Deployment): Reason[] {
  const obstacles = world.deployments
    .filter((other) => other.id !== deployment.id && sameCell(other, deployment) && !sameKey(other, deployment))
    .flatMap((other): Obstacle[] => obstacle(world, other, deployment).map((reason) => ({ other, reason })));
  return blockersAmong(world, deployment, obstacles);
}

/** Those that run, buffer, or are queued ahead: with a higher priority, or the same and an earlier place. */
function obstacle(world: World, other: Deployment, deployment: Deployment): Reason[] {
  switch (status(world, other)) {
    case "running":
      return [{ kind: "running", by: other.id, until: null }];
    case "verifying":
      return [{ kind: "verifying", by: other.id, until: null }];
    case "stopping":
      return [{ kind: "stopping", by: other.id, until: latestEnd(world, other) }];
    case "buffering":
      // To go back does not sit out the buffer of what it undoes.
      return other.id === deployment.rollbackOf
        ? []
        : [{ kind: "buffer", by: other.id, until: (other.finished ?? 0) + demands(world, other).bufferTime }];
    case "held":
    case "reserved":
    case "queued":
      return isAhead(other, deployment) && !letsPass(world, other, deployment)
        ? [{ kind: "queued", by: other.id, until: other.reservedUntil }]
        : [];
    default:
      return [];
  }
}

/** When its keeper will have ended the work, if it has said how long that takes, has kept to it, and was heard within the last minute. */
function latestEnd(world: World, { stopped, stopGrace, heartbeat }: Deployment): number | null {
  const end = stopped === null || stopGrace === null ? 0 : stopped + stopGrace;
  return end > world.now && (heartbeat === null || heartbeat > world.now - 1) ? end : null;
}

function isAhead(one: Deployment, other: Deployment): boolean {
  return one.priority > other.priority || (one.priority === other.priority && one.place < other.place);
}

/** What is held outside the line, starts later or never, yields, or is frozen or stopped where the other is an exception. */
function letsPass(world: World, ahead: Deployment, other: Deployment): boolean {
  return (
    ahead.hold === "outside" ||
    isLater(world, ahead) ||
    isOver(world, ahead) ||
    isObsolete(world, ahead) ||
    yields(world, ahead, other) ||
    (isFrozen(world, ahead) && !isFrozen(world, other) && world.freezes[other.environment] !== undefined) ||
    (isLineHeld(world, ahead) && !isLineHeld(world, other))
  );
}

/** A reservation does not keep what is ready of its component waiting where the newest that is ready goes first. */
function yields(world: World, ahead: Deployment, other: Deployment): boolean {
  return (
    ahead.reservedUntil !== null &&
    other.reservedUntil === null &&
    ahead.component === other.component &&
    demands(world, ahead).ordering === "latest-ready"
  );
}

function isLater(world: World, { notBefore }: Deployment): boolean {
  return notBefore !== null && notBefore > world.now;
}

/** Whether it did not start, or was not redeemed, in time. */
function isFrozen(world: World, deployment: Deployment): boolean {
  const freeze = world.freezes[deployment.environment];
  if (freeze === undefined || !covers(freeze, deployment)) return false;
  return !freeze.allowIds.includes(deployment.id) && (freeze.allowKey === null || freeze.allowKey !== deployment.key);
}

export function covers({ place }: Freeze, { cell }: Deployment): boolean {
  return place.every((part, index) => part === ["aws", "model", cell][index]);
}

/** Whether its line is stopped, and not because of what it rolls back. */
function isLineHeld(world: World, { environment, cell, rollbackOf }: Deployment): boolean {
  const failed = world.heldLines[`${environment}/${cell}`];
  return failed !== undefined && failed !== rollbackOf;
}

function isOpen({ now }: World, { opens, closes }: Window): boolean {
  return opens <= now && now < closes;
}

/** No program lasts for a day. */
function nextOpening({ now }: World, { opens }: Window): number {
  return opens > now ? opens : opens + 24 * 60;
}

/** The waiters that a change of windows wakes: those that may start, or know when, which is later or earlier now. */
export function wokenByWindows(after: World, environment: string): number[] {
  return after.deployments
    .filter((one) => one.environment === environment && waits(after, one))
    .filter((one) => reasons(after, one).every(({ until }) => until !== null))
    .map(({ id }) => id);
}

/** Whether a look reaps it or asks it to stop: its lease is over, it runs for too long, or it did not start in time. */
/** Whether it holds its cell, and its keeper may have parts of its work run there. */
/** The waiters that a change must wake: those whose turn comes earlier, and those that were released, which wait for something else now. */
export function mustWake(before: World, after: World): number[] {
  return after.deployments
    .filter((deployment) => {
      const earlier = before.deployments.find(({ id }) => id === deployment.id);
      if (earlier === undefined || !waits(after, deployment)) return false;
      const isReleased = earlier.hold !== null && deployment.hold === null;
      return isReleased || turn(after, deployment) < turn(before, earlier);
    })
    .map(({ id }) => id);
}

/** When it may start, as far as that is known; -Infinity is now, Infinity is unknown. */
function turn(world: World, deployment: Deployment): number {
  const moments = reasons(world, deployment).map(({ until }) => until ?? Number.POSITIVE_INFINITY);
  return Math.max(Number.NEGATIVE_INFINITY, ...moments);
}

/** Those that it may wake: those that had a reason that is gone or ends earlier, and now may start or know when. */
export function mayWake(before: World, after: World): number[] {
  return after.deployments
    .filter((deployment) => {
      const earlier = before.deployments.find(({ id }) => id === deployment.id);
      if (earlier === undefined) return false;
      // It is told so even when it is superseded at once.
      if (earlier.hold !== null && deployment.hold === null) return true;
      if (!waits(after, deployment)) return false;
      const left = reasons(after, deployment);
      const eased = reasons(before, earlier).some((reason) => !left.some((still) => isAsLong(still, reason)));
      return eased && left.every(({ until }) => until !== null);
    })
    .map(({ id }) => id);
}

/** Those that may hear of the end of what is dropped, as it enters or later: it stood ahead of them, and they may start or know when. */
export function wokenInPassing(after: World, dropped: readonly number[]): number[] {
  const ended = after.deployments.filter(({ id }) => dropped.includes(id));
  return after.deployments
    .filter((one) => waits(after, one) && ended.some((other) => sameCell(other, one) && isAhead(other, one)))
    .filter((one) => reasons(after, one).every(({ until }) => until !== null))
    .map(({ id }) => id);
}

function sameCell(one: Deployment, other: Deployment): boolean {
  return one.environment === other.environment && one.cell === other.cell;
}

function sameKey(one: Deployment, other: Deployment): boolean {
  return one.key !== null && one.key === other.key;
}

function isAsLong(still: Reason, reason: Reason): boolean {
  return still.kind === reason.kind && still.by === reason.by && (still.until ?? 0) >= (reason.until ?? 0);
}
