/** What the queue promises, as simply as it can be said; the database is compared with it. Times are minutes. */
export interface World {
  readonly now: number;
  /** When writes came back after a time without any: the last time, and the time before. */
  readonly returns: readonly [number, number];
  readonly environments: Readonly<Record<string, Environment>>;
  readonly deployments: readonly Deployment[];
  /** The one freeze of an environment, if it has one. */
  readonly freezes: Readonly<Record<string, Freeze>>;
  /** The one maintenance window of an environment, if it has one; it is open at these times of each day. */
  readonly windows: Readonly<Record<string, Window>>;
}

export interface Window {
  readonly opens: number;
  readonly closes: number;
}

/** In an environment: a provider, a region of it, a cell of that; what is left out is all of them. */
export type Place = readonly (string | number)[];

export interface Freeze {
  readonly place: Place;
  /** Its exceptions have this key. */
  readonly allowKey: string | null;
}

export interface Environment {
  readonly bufferTime: number;
  readonly heartbeatTimeout: number;
}

export interface Deployment {
  readonly id: number;
  readonly environment: string;
  readonly cell: number;
  readonly version: string;
  readonly key: string | null;
  readonly idempotencyKey: string | null;
  readonly maxDuration: number | null;
  readonly heartbeat: number | null;
  /** The end of the lease that the last heartbeat has begun, by the policy of that moment. */
  readonly aliveUntil: number | null;
  /** Whether there ever was one. */
  readonly kept: boolean;
  readonly keeper: string | null;
  /** Within how long its keeper ends the work when it is asked to. */
  readonly stopGrace: number | null;
  readonly priority: number;
  /** Its id, or a number drawn when it was released into the line. */
  readonly place: number;
  readonly hold: "outside" | "in-line" | null;
  readonly releaseKey: string | null;
  readonly notBefore: number | null;
  readonly notAfter: number | null;
  readonly started: number | null;
  /** When its keeper was asked to end the work. */
  readonly stopped: number | null;
  readonly finished: number | null;
  readonly cancelled: number | null;
  readonly hasFailed: boolean;
  /** The deployment whose work it is a part of, and the holder in whose hold it runs. */
  readonly parentId: number | null;
  readonly joinedId: number | null;
}

export interface Reason {
  readonly kind: "running" | "stopping" | "buffer" | "queued" | "hold" | "schedule" | "expired" | "freeze" | "window";
  /** Null when it is no deployment. */
  readonly by: number | null;
  readonly until: number | null;
}

export type Status = "held" | "queued" | "running" | "stopping" | "buffering" | "finished" | "failed" | "cancelled";

export function status(world: World, deployment: Deployment): Status {
  const { environment, started, stopped, finished, cancelled, hold } = deployment;
  if (cancelled !== null) return deployment.hasFailed ? "failed" : "cancelled";
  if (hold !== null) return "held";
  if (finished !== null) return finished + bufferTime(world, environment) > world.now ? "buffering" : "finished";
  if (stopped !== null) return "stopping";
  return started === null ? "queued" : "running";
}

/** Why a deployment may not start: those in its cell that have not its key, and what withholds it by itself. */
export function reasons(world: World, deployment: Deployment): Reason[] {
  return [...blockers(world, deployment), ...withheld(world, deployment)];
}

function withheld(world: World, deployment: Deployment): Reason[] {
  const { hold, notBefore, environment } = deployment;
  const window = world.windows[environment];
  return [
    ...(isTooLate(world, deployment) ? [{ kind: "expired", by: null, until: null } as const] : []),
    ...(isFrozen(world, deployment) ? [{ kind: "freeze", by: null, until: null } as const] : []),
    ...(hold === null ? [] : [{ kind: "hold", by: null, until: null } as const]),
    ...(isLater(world, deployment) ? [{ kind: "schedule", by: null, until: notBefore } as const] : []),
    ...(window === undefined || isOpen(world, window)
      ? []
      : [{ kind: "window", by: null, until: nextOpening(world, window) } as const]),
  ];
}

/** Those that run, buffer, or are queued ahead: with a higher priority, or the same and an earlier place. */
function blockers(world: World, deployment: Deployment): Reason[] {
  return world.deployments
    .filter((other) => other !== deployment && sameCell(other, deployment) && !sameKey(other, deployment))
    .flatMap((other): Reason[] => {
      switch (status(world, other)) {
        case "running":
          return [{ kind: "running", by: other.id, until: null }];
        case "stopping":
          return [{ kind: "stopping", by: other.id, until: latestEnd(world, other) }];
        case "buffering":
          return [
            { kind: "buffer", by: other.id, until: (other.finished ?? 0) + bufferTime(world, other.environment) },
          ];
        case "held":
        case "queued":
          return isAhead(other, deployment) && !letsPass(world, other, deployment)
            ? [{ kind: "queued", by: other.id, until: null }]
            : [];
        default:
          return [];
      }
    });
}

/** When its keeper will have ended the work, if it has said how long that takes and has kept to it. */
function latestEnd(world: World, { stopped, stopGrace }: Deployment): number | null {
  const end = stopped === null || stopGrace === null ? 0 : stopped + stopGrace;
  return end > world.now ? end : null;
}

function isAhead(one: Deployment, other: Deployment): boolean {
  return one.priority > other.priority || (one.priority === other.priority && one.place < other.place);
}

/** Who is held outside the line, is to start later, or is frozen where the other is an exception. */
function letsPass(world: World, ahead: Deployment, other: Deployment): boolean {
  return (
    ahead.hold === "outside" ||
    isLater(world, ahead) ||
    (isFrozen(world, ahead) && !isFrozen(world, other) && world.freezes[other.environment] !== undefined)
  );
}

function isLater(world: World, { notBefore }: Deployment): boolean {
  return notBefore !== null && notBefore > world.now;
}

export function isTooLate(world: World, { notAfter, started }: Deployment): boolean {
  return notAfter !== null && started === null && notAfter <= world.now;
}

function isFrozen(world: World, { environment, cell, key }: Deployment): boolean {
  const freeze = world.freezes[environment];
  if (freeze === undefined) return false;
  const isThere = freeze.place.every((part, index) => part === ["aws", "model", cell][index]);
  return isThere && (freeze.allowKey === null || freeze.allowKey !== key);
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
export function isStale(world: World, deployment: Deployment): boolean {
  const { started, stopped, maxDuration } = deployment;
  return (
    isLive(deployment) &&
    (isTooLate(world, deployment) ||
      leaseEnd(world, deployment) < world.now ||
      (started !== null && maxDuration !== null && started + maxDuration < world.now && stopped === null))
  );
}

/** Whether it holds its cell, and its keeper may have parts of its work run there. */
export function isHolder(world: World, deployment: Deployment): boolean {
  return status(world, deployment) === "running" && isKept(world, deployment);
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

/** The waiters that a change wakes: those that had a reason that is gone or ends earlier, and now may start or know when. */
export function woken(before: World, after: World): number[] {
  return after.deployments
    .filter((deployment) => {
      const earlier = before.deployments.find(({ id }) => id === deployment.id);
      if (earlier === undefined || !waits(after, deployment)) return false;
      // A released one waits for something else now.
      if (earlier.hold !== null && deployment.hold === null) return true;
      const left = reasons(after, deployment);
      const eased = reasons(before, earlier).some((reason) => !left.some((still) => isAsLong(still, reason)));
      return eased && left.every(({ until }) => until !== null);
    })
    .map(({ id }) => id);
}

export function waits(world: World, deployment: Deployment): boolean {
  return ["held", "queued"].includes(status(world, deployment));
}

export function isLive({ finished, cancelled }: Deployment): boolean {
  return finished === null && cancelled === null;
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

function bufferTime(world: World, environment: string): number {
  return world.environments[environment]?.bufferTime ?? 0;
}
