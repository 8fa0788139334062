import { answerOfStart } from "./answers.js";
import { type Deployment, isDead, isTooLate, type Reason, reasons, type World } from "./model.js";
import { answered, beat, end, type Outcome, replace } from "./outcomes.js";

/** A look for the turn reaps the dead that the deployment waits for, or itself when it comes too late; then it starts, or gives a sign of life. */
export function tryStart(world: World, deployment: Deployment, heartbeat: boolean): Outcome {
  if (deployment.started !== null) return answered(told(world, deployment), world);
  const first = reasons(world, deployment);
  const blockers = new Set<number | null>(first.map(({ by }) => by));
  if (isTooLate(world, deployment)) blockers.add(deployment.id);
  const reaped = end(world, "ok", (one) => blockers.has(one.id) && isDead(world, one));
  if (isTooLate(world, deployment)) return { ...reaped, answer: told(world, deployment, first) };
  const left = reasons(reaped.world, deployment);
  if (left.length === 0) {
    const started = replace(reaped.world, start(world, deployment, heartbeat));
    return { ...reaped, answer: told(world, deployment), world: started };
  }
  const alive = deployment.heartbeat === null ? deployment : beat(world, deployment);
  return { ...reaped, answer: told(world, deployment, left), world: replace(reaped.world, alive) };
}

/** The answer to a look: that the deployment has started, or what it waits for and how long. */
function told(world: World, { environment, notAfter }: Deployment, left: readonly Reason[] = []): string {
  const { heartbeatTimeout = 0 } = world.environments[environment] ?? {};
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
  return reasons(world, deployment).length > 0
    ? answered("QD003", world)
    : answered("ok", replace(world, start(world, deployment, heartbeat)));
}

/** The heartbeats of the wait end with it. */
function start(world: World, deployment: Deployment, heartbeat: boolean): Deployment {
  const started = { ...deployment, started: world.now, heartbeat: null };
  return heartbeat ? beat(world, started) : started;
}
