import { type Deployment, isKept, isLive, type World, woken } from "./model.js";

/** What an act makes of the world. */
export interface Outcome {
  readonly world: World;
  /** "ok", "released", what `told` says, or the code of the refusal. */
  readonly answer: string;
  /** The one that was there already and comes back in place of a new one. */
  readonly again?: number;
  /** The ids that were notified that they may start or know when, and that they have ended. */
  readonly woken: ReadonlySet<number>;
  readonly ended: ReadonlySet<number>;
  /** What else keepers were told, as "id payload". */
  readonly told: ReadonlySet<string>;
}

/** Whether the transaction is over with it. */
export function isRefusal(answer: string): boolean {
  return /^(QD|23)\d{3}$/.test(answer);
}

export function answered(answer: string, world: World): Outcome {
  return { world, answer, woken: new Set(), ended: new Set(), told: new Set() };
}

/** Cancels the live ones among those; the keeper of one that runs is asked to end the work first. */
export function cancel(world: World, answer: string, which: (deployment: Deployment) => boolean): Outcome {
  const live = world.deployments.filter((deployment) => isLive(deployment) && which(deployment));
  const asked = live.filter((one) => one.started !== null && isKept(world, one));
  const stopped = asked.filter((one) => one.stopped === null);
  const after = stopped.reduce((changed, one) => replace(changed, { ...one, stopped: world.now }), world);
  const outcome = end(
    after,
    answer,
    (one) => live.some(({ id }) => id === one.id) && !asked.some(({ id }) => id === one.id),
  );
  return {
    ...outcome,
    woken: new Set(woken(world, outcome.world)),
    told: new Set(stopped.map(({ id }) => `${id} stop`)),
  };
}

/** Cancels the live ones among those at once. */
export function end(
  world: World,
  answer: string,
  which: (deployment: Deployment) => boolean,
  details: Partial<Deployment> = {},
): Outcome {
  const ended = world.deployments.filter((deployment) => isLive(deployment) && which(deployment));
  const after = ended.reduce((changed, one) => replace(changed, { ...one, ...details, cancelled: world.now }), world);
  return followed(
    world,
    answer,
    after,
    ended.map(({ id }) => id),
  );
}

export function followed(before: World, answer: string, after: World, ended: readonly number[] = []): Outcome {
  return { world: after, answer, woken: new Set(woken(before, after)), ended: new Set(ended), told: new Set() };
}

export function replace(world: World, changed: Deployment): World {
  return { ...world, deployments: world.deployments.map((one) => (one.id === changed.id ? changed : one)) };
}

export function beat(world: World, deployment: Deployment): Deployment {
  const timeout = world.environments[deployment.environment]?.heartbeatTimeout ?? 0;
  return { ...deployment, heartbeat: world.now, aliveUntil: world.now + timeout, kept: true };
}
