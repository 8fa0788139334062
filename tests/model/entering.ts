import { type Deployment, isLive, isTooLate, reasons, type World } from "./model.js";
import { answered, type Outcome, replace } from "./outcomes.js";
import type { Act } from "./steps.js";

type Enqueue = Extract<Act, { act: "enqueue" }>;
type InsertRunning = Extract<Act, { act: "insert running" }>;

export function enqueue(world: World, act: Enqueue, id: number): Outcome {
  if (isStagedAlready(world, act)) return answered("QD021", world);
  const known = world.deployments.find((one) => hasSameIdempotencyKey(one, act));
  if (known !== undefined) {
    return act.by === "function" ? { ...answered("ok", world), again: known.id } : answered("23505", world);
  }
  const added = add(world, {
    ...act,
    ...{ id, place: id, heartbeat: act.heartbeat ? world.now : null, started: null },
    notBefore: act.notBefore === null ? null : world.now + act.notBefore,
    notAfter: act.notAfter === null ? null : world.now + act.notAfter,
  });
  const [newest] = added.deployments.slice(-1);
  return newest !== undefined && act.by === "function" && act.start && reasons(added, newest).length === 0
    ? answered("ok", replace(added, { ...newest, started: world.now }))
    : answered("ok", added);
}

export function insertRunning(world: World, act: InsertRunning, id: number): Outcome {
  const plain = {
    version: "",
    idempotencyKey: null,
    maxDuration: null,
    heartbeat: null,
    priority: 0,
    hold: null,
    notBefore: null,
    notAfter: null,
  };
  const running = add(world, { ...act, ...plain, id, place: id, started: world.now });
  const [newest] = running.deployments.slice(-1);
  return newest !== undefined && reasons(running, newest).length > 0
    ? answered("QD003", world)
    : answered("ok", running);
}

function hasSameIdempotencyKey(one: Deployment, given: Enqueue): boolean {
  return one.idempotencyKey !== null && one.idempotencyKey === given.idempotencyKey;
}

/** The same is on hold already, without a process that waits for it, and by another request. */
function isStagedAlready(world: World, given: Enqueue): boolean {
  return (
    given.hold === "outside" &&
    !given.heartbeat &&
    world.deployments.some(
      (one) =>
        one.hold === "outside" &&
        one.heartbeat === null &&
        isLive(one) &&
        !isTooLate(world, one) &&
        !hasSameIdempotencyKey(one, given) &&
        one.environment === given.environment &&
        one.cell === given.cell &&
        one.version === given.version,
    )
  );
}

function add(world: World, given: Omit<Deployment, "finished" | "cancelled" | "kept" | "releaseKey">): World {
  const { id, environment, cell, version, key, maxDuration, heartbeat, started, priority, place } = given;
  const { idempotencyKey, hold, notBefore, notAfter } = given;
  const added = {
    ...{ id, environment, cell, version, key, maxDuration, heartbeat, started, priority, place },
    ...{ idempotencyKey, hold, notBefore, notAfter },
    ...{ finished: null, cancelled: null, releaseKey: null, kept: heartbeat !== null },
  };
  return { ...world, deployments: [...world.deployments, added] };
}
