import type { Act } from "./acts.js";
import { reasons } from "./model.js";
import { isObsolete, isStepBack, sorted } from "./ordering.js";
import { answered, beat, type Outcome, ordered, replace, started, starting } from "./outcomes.js";
import { demands, hasOtherGates, isConfirmed } from "./policies.js";
import { isForeignPart, refusalByVersion } from "./promotion.js";
import { canJoin, isOfAnother } from "./starting.js";
import { isHolder, isLive, isTooLate } from "./states.js";
import type { Deployment, World } from "./world.js";

type Enqueue = Extract<Act, { act: "enqueue" }>;
type InsertRunning = Extract<Act, { act: "insert running" }>;

export function enqueue(world: World, act: Enqueue, parent: Deployment | undefined, id: number): Outcome {
  const known = world.deployments.find((one) => hasSameIdempotencyKey(one, act));
  if (known !== undefined && act.by === "function") return enterAgain(world, act, known);
  const holder = parent === undefined ? undefined : holderAmong(world, parent, act);
  const stood = world.deployments.find(({ id }) => id === (holder?.joinedId ?? holder?.id));
  const isOpen =
    holder !== undefined &&
    isHolder(world, holder) &&
    stood !== undefined &&
    !hasOtherGates(world, act, stood) &&
    !isForeignPart(world, act, stood);
  if (parent !== undefined && !isOpen) return answered("QD036", world);
  const byVersion = parent === undefined ? refusalByVersion(world, act) : undefined;
  const refusal = refusalByOrder(world, act, parent !== undefined) ?? byVersion;
  if (refusal !== undefined) return answered(refusal, world);
  const waits = act.hold ?? act.notBefore ?? act.notAfter ?? act.reserveFor;
  if (parent !== undefined && waits !== null) return answered("23514", world);
  if (isStagedAlready(world, act)) return answered("QD021", world);
  if (parent === undefined && !isConfirmed(world, act)) return rejected(world, act, id);
  if (known !== undefined) return answered("23505", world);
  const { heartbeatTimeout: timeout, maxReservation } = demands(world, act);
  const isInSequence = act.sequence !== null && parent === undefined;
  const heartbeat = act.heartbeat ? world.now : null;
  const added = add(world, {
    ...act,
    ...{ id, place: id, heartbeat, aliveUntil: heartbeat === null ? null : heartbeat + timeout, started: null },
    scope: isInSequence ? act.scope : null,
    sequence: isInSequence ? act.sequence : null,
    reservedUntil: act.reserveFor === null ? null : world.now + Math.min(act.reserveFor, maxReservation),
    hold: act.reserveFor === null ? act.hold : "in-line",
    // Its release asks again.
    confirmation: act.hold !== null && act.reserveFor === null ? null : act.confirmation,
    ...(act.heartbeat && act.by === "function" ? {} : { keeper: null, stopGrace: null }),
    ...(holder === undefined
      ? { parentId: null, joinedId: null }
      : { parentId: parent?.id ?? null, joinedId: holder.joinedId ?? holder.id, key: holder.key }),
    notBefore: act.notBefore === null ? null : world.now + act.notBefore,
    notAfter: act.notAfter === null ? null : world.now + act.notAfter,
  });
  const [newest] = added.deployments.slice(-1);
  if (newest === undefined || act.by !== "function" || !act.start) return ordered(world, "ok", added);
  if (newest.joinedId !== null && !canJoin(added, newest)) return answered("QD036", world);
  const inLine = sorted(added);
  const candidate = inLine.deployments.find((one) => one.id === id) ?? newest;
  return newest.joinedId !== null || (reasons(inLine, candidate).length === 0 && !isObsolete(inLine, candidate))
    ? started(world, "ok", replace(inLine, starting(inLine, candidate)), newest)
    : ordered(world, "ok", added);
}

/** A rollback names what it undoes; all others have a sequence where they are ordered by it, and go no step back where that is refused. */
function refusalByOrder(world: World, act: Enqueue, isPart: boolean): string | undefined {
  if (act.rollbackOf !== null) {
    const undone = world.deployments.find(({ id }) => id === act.rollbackOf);
    const isSame = (["environment", "cell", "component"] as const).every((what) => undone?.[what] === act[what]);
    return isSame && undone?.started !== null ? undefined : "QD051";
  }
  if (isPart) return undefined;
  const { ordering, refusesOutdated } = demands(world, act);
  if (ordering === "latest-ready" && act.sequence === null) return "QD053";
  const place = { ...act, scope: act.sequence === null ? null : act.scope };
  return refusesOutdated && isStepBack(world, place) ? "QD050" : undefined;
}

/** A repeated request, maybe by another process, which takes the place of the one that waits. */
function enterAgain(world: World, act: Enqueue, known: Deployment): Outcome {
  const isSame = (["environment", "cell", "component", "version"] as const).every((what) => known[what] === act[what]);
  if (!isSame || (known.joinedId === null && known.key !== act.key)) return answered("QD032", world);
  if (!isLive(known)) return answered(known.finished === null ? "QD005" : "QD006", world);
  const again = { ...answered("ok", world), again: known.id };
  if (!act.heartbeat || !isOfAnother(known, act.keeper)) return again;
  if (known.started !== null) return answered("QD034", world);
  const taken = { ...beat(world, known), keeper: act.keeper };
  return { ...again, world: replace(world, taken), told: new Set([`${known.id} keeper`]) };
}

/** It is recorded, and gives its idempotency key back. */
function rejected(world: World, act: Enqueue | InsertRunning, id: number): Outcome {
  const { component, environment, cell, key } = act;
  const version = "version" in act ? act.version : nothing.version;
  const confirmation = "confirmation" in act ? act.confirmation : null;
  const keeper = act.act === "enqueue" && act.by === "function" && act.heartbeat ? act.keeper : null;
  const bare = { ...nothing, component, environment, cell, key, version, confirmation, keeper };
  // A process that repeats its request is rejected once.
  const before = world.deployments.findLast(
    (one) => one.isRejected && isIn(one, act) && one.keeper === keeper && (one.cancelled ?? 0) > world.now - 60,
  );
  const isSame = (["component", "version", "confirmation"] as const).every((what) => before?.[what] === bare[what]);
  if (keeper !== null && before !== undefined && isSame) return { ...answered("ok", world), again: before.id };
  const [one] = add(world, { ...bare, id, place: id, started: null }).deployments.slice(-1);
  const record = one === undefined ? [] : [{ ...one, cancelled: world.now, isRejected: true }];
  return answered("ok", { ...world, deployments: [...world.deployments, ...record] });
}

function isIn(one: Deployment, { environment, cell }: Pick<Deployment, "environment" | "cell">): boolean {
  return one.environment === environment && one.cell === cell;
}

export function insertRunning(world: World, act: InsertRunning, id: number): Outcome {
  if (demands(world, act).ordering === "latest-ready") return answered("QD053", world);
  const refusal = refusalByVersion(world, { ...act, version: "", rollbackOf: null });
  if (refusal !== undefined) return answered(refusal, world);
  if (!isConfirmed(world, { ...act, confirmation: null })) return rejected(world, act, id);
  const added = add(world, { ...act, ...nothing, id, place: id, started: null });
  const [newest] = added.deployments.slice(-1);
  return newest === undefined || reasons(added, newest).length > 0
    ? answered("QD003", world)
    : started(world, "ok", replace(added, starting(added, newest)), newest);
}

const nothing = {
  version: "",
  ...{ sequence: null, scope: null, reservedUntil: null, rollbackOf: null },
  ...{ idempotencyKey: null, maxDuration: null, heartbeat: null, aliveUntil: null, keeper: null, stopGrace: null },
  ...{ parentId: null, joinedId: null, priority: 0, hold: null, notBefore: null, notAfter: null, confirmation: null },
};

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
    given.reserveFor === null &&
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
        one.component === given.component &&
        one.version === given.version,
    )
  );
}

type Given = Omit<
  Deployment,
  | "slot"
  | "stopped"
  | "verifyingSince"
  | "finished"
  | "cancelled"
  | "hasFailed"
  | "isRejected"
  | "forced"
  | "kept"
  | "releaseKey"
  | "approvedBy"
>;

function add(world: World, given: Given): World {
  const { id, environment, cell, version, key, maxDuration, heartbeat, aliveUntil, started, priority, place } = given;
  const { idempotencyKey, hold, notBefore, notAfter, keeper, stopGrace, parentId, joinedId } = given;
  const { component, sequence, scope, reservedUntil, rollbackOf, confirmation } = given;
  const added = {
    ...{ id, environment, cell, version, key, maxDuration, heartbeat, aliveUntil, started, priority, place },
    ...{ idempotencyKey, hold, notBefore, notAfter, keeper, stopGrace, parentId, joinedId },
    ...{ component, sequence, scope, reservedUntil, rollbackOf, confirmation, slot: null },
    ...{ stopped: null, verifyingSince: null, finished: null, cancelled: null },
    ...{ hasFailed: false, isRejected: false, forced: false },
    ...{ releaseKey: null, kept: heartbeat !== null, approvedBy: [] },
  };
  return { ...world, deployments: [...world.deployments, added] };
}
