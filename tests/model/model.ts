/** What the queue promises, as simply as it can be said; the database is compared with it. Times are minutes. */
export interface World {
  readonly now: number;
  readonly environments: Readonly<Record<string, Environment>>;
  readonly deployments: readonly Deployment[];
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
  readonly maxDuration: number | null;
  readonly heartbeat: number | null;
  readonly started: number | null;
  readonly finished: number | null;
  readonly cancelled: number | null;
}

export interface Reason {
  readonly kind: "running" | "buffer" | "queued";
  readonly by: number;
  readonly until: number | null;
}

export type Status = "queued" | "running" | "buffering" | "finished" | "cancelled";

export function status(world: World, { environment, started, finished, cancelled }: Deployment): Status {
  if (cancelled !== null) return "cancelled";
  if (finished !== null) return finished + bufferTime(world, environment) > world.now ? "buffering" : "finished";
  return started === null ? "queued" : "running";
}

/** Why a deployment may not start: whoever runs, buffers, or is queued ahead in its cell, and has not its key. */
export function reasons(world: World, deployment: Deployment): Reason[] {
  return world.deployments
    .filter((other) => other !== deployment && sameCell(other, deployment) && !sameKey(other, deployment))
    .flatMap((other): Reason[] => {
      switch (status(world, other)) {
        case "running":
          return [{ kind: "running", by: other.id, until: null }];
        case "buffering":
          return [
            { kind: "buffer", by: other.id, until: (other.finished ?? 0) + bufferTime(world, other.environment) },
          ];
        case "queued":
          return other.id < deployment.id ? [{ kind: "queued", by: other.id, until: null }] : [];
        default:
          return [];
      }
    });
}

/** Whether it is reaped by whoever looks: its heartbeats stopped, or it runs for too long. */
export function isDead(world: World, deployment: Deployment): boolean {
  const { environment, heartbeat, started, maxDuration } = deployment;
  const timeout = world.environments[environment]?.heartbeatTimeout ?? 0;
  return (
    isLive(deployment) &&
    ((heartbeat !== null && heartbeat + timeout < world.now) ||
      (started !== null && maxDuration !== null && started + maxDuration < world.now))
  );
}

/** Whom a change wakes: who waits, had a reason that is gone or ends earlier, and now may start or knows when. */
export function woken(before: World, after: World): number[] {
  return after.deployments
    .filter((deployment) => {
      const earlier = before.deployments.find(({ id }) => id === deployment.id);
      if (earlier === undefined || status(after, deployment) !== "queued") return false;
      const left = reasons(after, deployment);
      const eased = reasons(before, earlier).some((reason) => !left.some((still) => isAsLong(still, reason)));
      return eased && left.every(({ until }) => until !== null);
    })
    .map(({ id }) => id);
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
