import { type Deployment, isHolder, isLive, isTooLate, reasons, type World } from "./model.js";
import { answered, beat, type Outcome, replace } from "./outcomes.js";
import { canJoin, isOfAnother } from "./starting.js";
import type { Act } from "./steps.js";

type Enqueue = Extract<Act, { act: "enqueue" }>;
type InsertRunning = Extract<Act, { act: "insert running" }>;

export function enqueue(world: World, act: Enqueue, parent: Deployment | undefined, id: number): Outcome {
  const known = world.deployments.find((one) => hasSameIdempotencyKey(one, act));
  if (known !== undefined && act.by === "function") return enterAgain(world, act, known);
  const holder = parent === undefined ? undefined : holderAmong(world, parent, act);
  if (parent !== undefined && (holder === undefined || !isHolder(world, holder))) return answered("QD036", world);
  if (parent !== undefined && (act.hold ?? act.notBefore ?? act.notAfter) !== null) return answered("23514", world);
  if (isStagedAlready(world, act)) return answered("QD021", world);
  if (known !== undefined) return answered("23505", world);
  const timeout = world.environments[act.environment]?.heartbeatTimeout ?? 0;
  const heartbeat = act.heartbeat ? world.now : null;
  const added = add(world, {
    ...act,
    ...{ id, place: id, heartbeat, aliveUntil: heartbeat === null ? null : heartbeat + timeout, started: null },
    ...(act.heartbeat && act.by === "function" ? {} : { keeper: null, stopGrace: null }),
    ...(holder === undefined
      ? { parentId: null, joinedId: null }
      : { parentId: parent?.id ?? null, joinedId: holder.joinedId ?? holder.id, key: holder.key }),
    notBefore: act.notBefore === null ? null : world.now + act.notBefore,
    notAfter: act.notAfter === null ? null : world.now + act.notAfter,
  });
  const [newest] = added.deployments.slice(-1);
  if (newest === undefined || act.by !== "function" || !act.start) return answered("ok", added);
  if (newest.joinedId !== null && !canJoin(added, newest)) return answered("QD036", world);
  return newest.joinedId !== null || reasons(added, newest).length === 0
    ? answered("ok", replace(added, { ...newest, started: world.now }))
    : answered("ok", added);
}

/** A repeated request, maybe by another process, which takes the place of the one that waits. */
function enterAgain(world: World, act: Enqueue, known: Deployment): Outcome {
  const isSame = (["environment", "cell", "version"] as const).every((what) => known[what] === act[what]);
  if (!isSame || (known.joinedId === null && known.key !== act.key)) return answered("QD032", world);
  if (!isLive(known)) return answered(known.finished === null ? "QD005" : "QD006", world);
  const again = { ...answered("ok", world), again: known.id };
  if (!act.heartbeat || !isOfAnother(known, act.keeper)) return again;
  if (known.started !== null) return answered("QD034", world);
  const taken = { ...beat(world, known), keeper: act.keeper };
  return { ...again, world: replace(world, taken), told: new Set([`${known.id} keeper`]) };
}

export function insertRunning(world: World, act: InsertRunning, id: number): Outcome {
  const plain = {
    version: "",
    idempotencyKey: null,
    maxDuration: null,
    heartbeat: null,
    aliveUntil: null,
    keeper: null,
    stopGrace: null,
    parentId: null,
    joinedId: null,
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

/** The nearest of the parent and its own parents that runs in the cell. */
function holderAmong(
  world: World,
  parent: Deployment,
  there: Pick<Enqueue, "environment" | "cell">,
): Deployment | undefined {
  const runsThere =
    parent.environment === there.environment && parent.cell === there.cell && parent.started !== null && isLive(parent);
  if (runsThere) return parent;
  const next = world.deployments.find(({ id }) => id === parent.parentId);
  return next === undefined ? undefined : holderAmong(world, next, there);
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

type Given = Omit<Deployment, "stopped" | "finished" | "cancelled" | "hasFailed" | "kept" | "releaseKey">;

function add(world: World, given: Given): World {
  const { id, environment, cell, version, key, maxDuration, heartbeat, aliveUntil, started, priority, place } = given;
  const { idempotencyKey, hold, notBefore, notAfter, keeper, stopGrace, parentId, joinedId } = given;
  const added = {
    ...{ id, environment, cell, version, key, maxDuration, heartbeat, aliveUntil, started, priority, place },
    ...{ idempotencyKey, hold, notBefore, notAfter, keeper, stopGrace, parentId, joinedId },
    ...{ stopped: null, finished: null, cancelled: null, hasFailed: false },
    ...{ releaseKey: null, kept: heartbeat !== null },
  };
  return { ...world, deployments: [...world.deployments, added] };
}
