import { mayWake, mustWake, wokenInPassing } from "./model.js";
import { isObsolete, marked, sorted } from "./ordering.js";
import { demands } from "./policies.js";
import { slotFor } from "./slots.js";
import { isKept, isLive, isOver } from "./states.js";
import type { Deployment, World } from "./world.js";

/** What an act makes of the world. */
export interface Outcome {
  readonly world: World;
  /** "ok", "released", what `told` says, or the code of the refusal. */
  readonly answer: string;
  /** The one that was there already and comes back in place of a new one. */
  readonly again?: number;
  /** The ids that were notified that they may start or know when; at most, those of `mayWake`: some know when already. */
  readonly woken: ReadonlySet<number>;
  readonly mayWake: ReadonlySet<number>;
  /** The ids that were notified that they have ended. */
  readonly ended: ReadonlySet<number>;
  /** What else keepers were told, as "id payload". */
  readonly told: ReadonlySet<string>;
}

/** Whether the transaction is over with it. */
export function isRefusal(answer: string): boolean {
  return /^(QD|23)\d{3}$/.test(answer);
}

export function answered(answer: string, world: World): Outcome {
  return { world, answer, woken: new Set(), mayWake: new Set(), ended: new Set(), told: new Set() };
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
    woken: new Set(mustWake(world, outcome.world)),
    mayWake: new Set(mayWake(world, outcome.world)),
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
  return {
    ...{ world: after, answer, ended: new Set(ended), told: new Set() },
    woken: new Set(mustWake(before, after)),
    mayWake: new Set(mayWake(before, after)),
  };
}

/** A deployment has entered the line, has moved in it, or a policy has changed: those of a component are sorted, and some are not to run any more. */
export function ordered(before: World, answer: string, after: World): Outcome {
  const inOrder = sorted(after);
  const dropped = inOrder.deployments.filter((one) => isObsolete(inOrder, one)).map(({ id }) => id);
  const outcome = followed(before, answer, cancelled(inOrder, dropped), dropped);
  return { ...outcome, mayWake: new Set([...outcome.mayWake, ...wokenInPassing(outcome.world, dropped)]) };
}

/** A deployment has started: some are not to run any more, and reservations in its cell that are over end. */
export function started(before: World, answer: string, after: World, { id }: Pick<Deployment, "id">): Outcome {
  const one = after.deployments.find((other) => other.id === id);
  if (one === undefined || one.joinedId !== null) return followed(before, answer, after);
  const over = after.deployments.filter(
    (other) =>
      other.environment === one.environment && other.cell === one.cell && isLive(other) && isOver(after, other),
  );
  const left = cancelled(
    after,
    over.map(({ id }) => id),
  );
  const outcome = ordered(before, answer, marked(left, one));
  return { ...outcome, ended: new Set([...outcome.ended, ...over.map(({ id }) => id)]) };
}

function cancelled(world: World, ids: readonly number[]): World {
  const now = (one: Deployment) => (ids.includes(one.id) ? { ...one, cancelled: world.now } : one);
  return { ...world, deployments: world.deployments.map(now) };
}

/** As it starts; a release or a redemption is over by then. */
export function starting(world: World, deployment: Deployment): Deployment {
  return { ...deployment, started: world.now, slot: slotFor(world, deployment) };
}

export function replace(world: World, changed: Deployment): World {
  return { ...world, deployments: world.deployments.map((one) => (one.id === changed.id ? changed : one)) };
}

export function beat(world: World, deployment: Deployment): Deployment {
  const { heartbeatTimeout } = demands(world, deployment);
  return { ...deployment, heartbeat: world.now, aliveUntil: world.now + heartbeatTimeout, kept: true };
}
