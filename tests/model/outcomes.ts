import { type Deployment, isLive, type World, woken } from "./model.js";

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
}

/** Whether the transaction is over with it. */
export function isRefusal(answer: string): boolean {
  return /^(QD|23)\d{3}$/.test(answer);
}

export function answered(answer: string, world: World): Outcome {
  return { world, answer, woken: new Set(), ended: new Set() };
}

/** Cancels the live ones among those. */
export function end(world: World, answer: string, which: (deployment: Deployment) => boolean): Outcome {
  const ended = world.deployments.filter((deployment) => isLive(deployment) && which(deployment));
  const after = ended.reduce((changed, one) => replace(changed, { ...one, cancelled: world.now }), world);
  return followed(
    world,
    answer,
    after,
    ended.map(({ id }) => id),
  );
}

export function followed(before: World, answer: string, after: World, ended: readonly number[] = []): Outcome {
  return { world: after, answer, woken: new Set(woken(before, after)), ended: new Set(ended) };
}

export function replace(world: World, changed: Deployment): World {
  return { ...world, deployments: world.deployments.map((one) => (one.id === changed.id ? changed : one)) };
}

export function beat(world: World, deployment: Deployment): Deployment {
  return { ...deployment, heartbeat: world.now, kept: true };
}
