import { answerOfStart } from "./answers.js";
import { reasons } from "./model.js";
import { answered, beat, cancel, type Outcome, replace, started, starting } from "./outcomes.js";
import { demands, hasOtherGates } from "./policies.js";
import { isForeignPart } from "./promotion.js";
import { isHolder, isKept, isStale, isTooLate } from "./states.js";
import type { Deployment, Reason, World } from "./world.js";

export interface Keeping {
  readonly heartbeat: boolean;
  readonly keeper: string | null;
  readonly stopGrace: number | null;
}

/**
 * A look for the turn reaps the dead that the deployment waits for, until it waits for none, or itself when it comes too late; then it starts,
 * or gives a sign of life.
 */
export function tryStart(world: World, deployment: Deployment, keeping: Keeping): Outcome {
  if (isOfAnother(deployment, keeping.keeper)) return answered("QD034", world);
  if (deployment.started !== null)
    return answered(told(world, deployment), replace(world, keptOrLeft(world, deployment, keeping)));
  if (deployment.joinedId !== null) {
    return canJoin(world, deployment)
      ? started(world, told(world, deployment), replace(world, start(world, deployment, keeping)), deployment)
      : answered("QD036", world);
  }
  const first = reasons(world, deployment);
  const blockers = new Set<number | null>(first.map(({ by }) => by));
  if (isTooLate(world, deployment)) blockers.add(deployment.id);
  const reaped = cancel(world, "ok", (one) => blockers.has(one.id) && isStale(world, one));
  if (isTooLate(world, deployment)) return { ...reaped, answer: told(world, deployment, first) };
  const left = reasons(reaped.world, deployment);
  // Where there are several slots, others are in its way now.
  if (left.some(({ by }) => reaped.world.deployments.some((one) => one.id === by && isStale(reaped.world, one)))) {
    return inTurn(reaped, tryStart(reaped.world, deployment, keeping));
  }
  if (left.length === 0) {
    const after = replace(reaped.world, start(reaped.world, deployment, keeping));
    return inTurn(reaped, started(reaped.world, told(world, deployment), after, deployment));
  }
  const alive = deployment.heartbeat === null ? deployment : beat(world, deployment);
  return { ...reaped, answer: told(world, deployment, left), world: replace(reaped.world, alive) };
}

function inTurn(first: Outcome, then: Outcome): Outcome {
  const both = (what: "woken" | "mayWake" | "ended") => new Set([...first[what], ...then[what]]);
  return {
    ...then,
    ...{ woken: both("woken"), mayWake: both("mayWake"), ended: both("ended") },
    told: new Set([...first.told, ...then.told]),
  };
}

/**
 * A keeper that asks again renews its lease. What was started past the rules has kept the lease of its wait, until its waiter says whether it
 * goes on as the keeper.
 */
function keptOrLeft(world: World, deployment: Deployment, { heartbeat, keeper }: Keeping): Deployment {
  if (deployment.aliveUntil === null) return deployment;
  if (heartbeat) return beat(world, deployment);
  return deployment.forced && keeper === deployment.keeper ? { ...deployment, ...withoutLease } : deployment;
}

const withoutLease = { heartbeat: null, aliveUntil: null, keeper: null, stopGrace: null };

/** Starts it whatever the rule says, and wakes its waiter. */
export function startNow(world: World, deployment: Deployment): Outcome {
  if (deployment.started !== null) return answered("ok", world);
  if (deployment.hold !== null && !isKept(world, deployment)) return answered("QD007", world);
  const begun = { ...starting(world, deployment), forced: true };
  const after = isKept(world, deployment) ? beat(world, begun) : { ...begun, ...withoutLease };
  const outcome = started(world, "ok", replace(world, { ...after, hold: null, reservedUntil: null }), deployment);
  return { ...outcome, woken: new Set([...outcome.woken, deployment.id]) };
}

/** The answer to a look: that the deployment has started, or what it waits for and how long. */
function told(world: World, deployment: Deployment, left: readonly Reason[] = []): string {
  const { heartbeatTimeout } = demands(world, deployment);
  const { notAfter } = deployment;
  const moments = left.map(({ until }) => until);
  const known = moments.filter((until) => until !== null);
  const last = known.length === moments.length ? Math.max(...known) : Number.POSITIVE_INFINITY;
  const lookAgainIn = Math.min(
    ...[heartbeatTimeout / 3, 0.5],
    ...(left.length === 0 ? [] : [last - world.now, (notAfter ?? Number.POSITIVE_INFINITY) - world.now]),
  );
  return answerOfStart(left.length === 0, left, lookAgainIn);
}

export function updateStart(world: World, deployment: Deployment, heartbeat: boolean): Outcome {
  if (deployment.started !== null) return answered("QD007", world);
  if (deployment.joinedId !== null && !canJoin(world, deployment)) return answered("QD036", world);
  return deployment.joinedId === null && reasons(world, deployment).length > 0
    ? answered("QD003", world)
    : started(
        world,
        "ok",
        replace(world, start(world, deployment, { heartbeat, keeper: null, stopGrace: null })),
        deployment,
      );
}

/** The heartbeats of the wait end with it, and with them the keeper of the wait. */
function start(world: World, deployment: Deployment, { heartbeat, keeper, stopGrace }: Keeping): Deployment {
  const begun = { ...starting(world, deployment), ...withoutLease };
  return heartbeat
    ? {
        ...beat(world, begun),
        keeper: keeper ?? deployment.keeper,
        stopGrace: stopGrace ?? deployment.stopGrace,
      }
    : begun;
}

/** What has joined a holder stands in no line, and starts for as long as that holds the cell. */
export function canJoin(world: World, part: Deployment): boolean {
  return world.deployments.some(
    (one) =>
      one.id === part.joinedId &&
      isHolder(world, one) &&
      !hasOtherGates(world, part, one) &&
      !isForeignPart(world, part, one),
  );
}

/** Whether another process has taken its place. */
export function isOfAnother(deployment: Deployment, keeper: string | null): boolean {
  return keeper !== null && deployment.keeper !== null && deployment.keeper !== keeper;
}
