import type { Act } from "./acts.js";
import { roundMoment } from "./answers.js";
import { approve } from "./approving.js";
import { markBad, markGood, setCell, setComponent, setEnvironment } from "./configuring.js";
import { enqueue, insertRunning } from "./entering.js";
import { covers, reasons, wokenByWindows } from "./model.js";
import { answered, beat, cancel, end, followed, type Outcome, ordered, replace } from "./outcomes.js";
import { demands, isConfirmed } from "./policies.js";
import { refusalByVersion } from "./promotion.js";
import { isOfAnother, startNow, tryStart, updateStart } from "./starting.js";
import { isHolder, isLive, isOver, isStale, status } from "./states.js";
import type { Deployment, World } from "./world.js";

/** @param id that the database has given to what is new */
export function perform(world: World, act: Act, id: number): Outcome {
  switch (act.act) {
    case "enqueue":
      return enqueue(world, act, target(world, act), id);
    case "insert running":
      return insertRunning(world, act, id);
    case "start":
    case "verify":
    case "start now":
    case "finish":
    case "cancel":
    case "confirm stop":
    case "fail":
    case "force":
    case "heartbeat":
    case "redeem":
    case "confirm":
    case "release": {
      const deployment = target(world, act);
      return deployment === undefined ? answered("no deployment", world) : change(world, act, deployment);
    }
    case "approve":
    case "disapprove": {
      const deployment = target(world, act);
      return deployment === undefined ? answered("no deployment", world) : approve(world, act, deployment);
    }
    case "bump": {
      const deployment = target(world, act);
      return deployment === undefined ? answered("no deployment", world) : bump(world, deployment, act);
    }
    case "allow": {
      const deployment = target(world, act);
      return deployment === undefined ? answered("no deployment", world) : allow(world, deployment);
    }
    case "hold line":
    case "release line": {
      const deployment = target(world, act);
      if (deployment === undefined) return answered("no deployment", world);
      const heldLines = act.act === "hold line" ? holding(world, deployment) : releasing(world, deployment);
      return followed(world, "ok", { ...world, heldLines });
    }
    case "freeze":
      return act.environment in world.freezes
        ? answered("ok", world)
        : followed(world, "ok", {
            ...world,
            freezes: { ...world.freezes, [act.environment]: { place: act.place, allowKey: act.key, allowIds: [] } },
          });
    case "thaw": {
      const { [act.environment]: lifted, ...freezes } = world.freezes;
      return lifted === undefined ? answered("ok", world) : followed(world, "ok", { ...world, freezes });
    }
    case "purge": {
      const deployment = target(world, act);
      if (deployment === undefined) return answered("no deployment", world);
      return deployment.hold === null ? answered("QD029", world) : end(world, "ok", ({ id }) => id === deployment.id);
    }
    case "add window": {
      if (act.environment in world.windows) return answered("ok", world);
      const window = { opens: world.now + act.opens, closes: world.now + act.closes };
      return changedWindows({ ...world, windows: { ...world.windows, [act.environment]: window } }, act.environment);
    }
    case "remove window": {
      const { [act.environment]: removed, ...windows } = world.windows;
      return removed === undefined ? answered("ok", world) : changedWindows({ ...world, windows }, act.environment);
    }
    case "cancel version":
      return cancel(world, "ok", (one) => one.version === act.version && one.component === act.component);
    case "cancel location": {
      const isThere = (one: Deployment) => one.environment === act.environment && one.cell === (act.cell ?? one.cell);
      // The first deployment makes the cell.
      return world.deployments.some(isThere) ? cancel(world, "ok", isThere) : answered("QD043", world);
    }
    case "reap":
      return cancel(world, "ok", (one) => isStale(world, one));
    case "report check": {
      const { component, version, name, passed, expiresIn } = act;
      const check = { passed, until: expiresIn === null ? null : world.now + expiresIn };
      return followed(world, "ok", {
        ...world,
        checks: { ...world.checks, [`${component}/${version}/${name}`]: check },
      });
    }
    case "change key": {
      const deployment = target(world, act);
      return deployment === undefined
        ? answered("no deployment", world)
        : answered(changeKey(deployment, act.key), world);
    }
    case "set environment":
      return setEnvironment(world, act);
    case "set component":
      return setComponent(world, act);
    case "set cell":
      return setCell(world, act);
    case "mark bad":
      return markBad(world, act);
    case "mark good":
      return markGood(world, act);
  }
}

/** The deployment that an act is about; undefined when it is about none, or there is none. */
export function target(world: World, act: Act): Deployment | undefined {
  if (!("which" in act) || (act.act === "enqueue" && (!act.join || act.by === "statement"))) return undefined;
  const makesSense = {
    start: ["held", "reserved", "queued"],
    "start now": ["held", "reserved", "queued"],
    allow: ["held", "reserved", "queued"],
    "hold line": ["queued", "running", "buffering", "failed"],
    "release line": ["queued", "running", "failed"],
    enqueue: [] as string[],
    verify: ["running", "stopping"],
    finish: ["running", "verifying", "stopping"],
    cancel: ["held", "reserved", "queued", "running", "verifying", "stopping"],
    "confirm stop": ["stopping"],
    fail: ["running", "verifying", "stopping"],
    force: ["running", "verifying", "stopping"],
    heartbeat: ["held", "reserved", "queued", "running", "verifying", "stopping"],
    release: ["held", "reserved"],
    redeem: ["reserved"],
    confirm: ["held", "reserved", "queued"],
    purge: ["held", "reserved"],
    bump: ["held", "reserved", "queued"],
    approve: ["held", "reserved", "queued"],
    disapprove: ["held", "reserved", "queued"],
    "change key": ["held", "queued", "running", "verifying", "stopping"],
  };
  const isAskedAgain = (one: Deployment) =>
    act.act === "release" && act.releaseKey !== null && act.releaseKey === one.releaseKey;
  const isStartedNow = (one: Deployment) => act.act === "start" && one.forced && isLive(one);
  const canBeJoined = (one: Deployment) => act.act === "enqueue" && isHolder(world, one);
  const choice = act.apt
    ? world.deployments.filter(
        (one) =>
          makesSense[act.act].includes(status(world, one)) ||
          isAskedAgain(one) ||
          isStartedNow(one) ||
          canBeJoined(one),
      )
    : world.deployments;
  return choice[act.which % choice.length];
}

/** A part is apt in the place of its holder, and waits for nothing; there is a function for it only. A rollback undoes what has started there. */
export function fitted(world: World, act: Act): Act {
  if (act.act !== "enqueue") return act;
  const part = { ...act, by: "function" as const, hold: null, notBefore: null, notAfter: null, reserveFor: null };
  const holder = act.apt ? target(world, part) : undefined;
  const there = holder === undefined ? act : { ...part, environment: holder.environment, cell: holder.cell };
  return { ...there, rollbackOf: act.rollback ? (undoneBy(world, there)?.id ?? null) : null };
}

function undoneBy(world: World, act: Extract<Act, { act: "enqueue" }>): Deployment | undefined {
  const isThere = (one: Deployment) =>
    one.started !== null && (["environment", "cell", "component"] as const).every((what) => one[what] === act[what]);
  const choice = act.apt ? world.deployments.filter(isThere) : world.deployments;
  return choice[act.which % choice.length];
}

type Change = Exclude<
  Extract<Act, { which: number }>,
  {
    act:
      | "enqueue"
      | "bump"
      | "approve"
      | "disapprove"
      | "purge"
      | "change key"
      | "allow"
      | "hold line"
      | "release line";
  }
>;

function change(world: World, what: Change, deployment: Deployment): Outcome {
  const { act } = what;
  const byFunction = !("by" in what) || what.by === "function";
  // What is saved as it was is no change.
  const isSaved = what.act === "release" && what.by === "statement" && !what.heartbeat && deployment.hold === null;
  if (isSaved && !isLive(deployment)) return answered("ok", world);
  // What was rejected keeps no phrase.
  const isSame = what.act === "confirm" && !deployment.isRejected && what.confirmation === deployment.confirmation;
  if (isSame && (isLive(deployment) || !byFunction)) return answered("ok", world);
  if (!isLive(deployment)) {
    const again = ["cancel", "confirm stop", "force", ...(deployment.hasFailed ? ["fail"] : [])];
    const isSo = deployment.finished === null ? again.includes(act) : act === "finish";
    const code = deployment.finished === null ? "QD005" : "QD006";
    const isLate =
      act === "redeem" && (deployment.cancelled ?? 0) >= (deployment.reservedUntil ?? Number.POSITIVE_INFINITY);
    if (isLate) return answered("QD052", world);
    return answered(byFunction && (isSo || act === "heartbeat") ? "ok" : code, world);
  }
  const isIt = ({ id }: Deployment) => id === deployment.id;
  switch (what.act) {
    case "start":
      return byFunction ? tryStart(world, deployment, what) : updateStart(world, deployment, what.heartbeat);
    case "verify":
      if (deployment.verifyingSince !== null) return answered(byFunction ? "ok" : "QD007", world);
      if (deployment.started === null || deployment.stopped !== null)
        return answered(deployment.started === null ? "QD004" : "QD059", world);
      return answered("ok", replace(world, { ...deployment, verifyingSince: world.now }));
    case "start now":
      return startNow(world, deployment);
    case "finish":
      return finish(world, deployment, what.verified);
    case "cancel":
      return cancel(world, "ok", isIt);
    case "confirm stop":
      return deployment.stopped === null ? answered("QD037", world) : end(world, "ok", isIt);
    case "fail":
      return deployment.started === null ? answered("QD004", world) : fail(world, deployment);
    case "force":
      return end(world, "ok", isIt);
    case "heartbeat":
      return byFunction && isOfAnother(deployment, what.keeper)
        ? answered("QD034", world)
        : answered("ok", replace(world, beat(world, deployment)));
    case "release":
      return release(world, what, deployment);
    case "redeem":
      return redeem(world, what, deployment);
    case "confirm":
      return confirm(world, deployment, what.confirmation);
  }
}

/** Of a finish only its keepers are told. */
function finish(world: World, deployment: Deployment, verified: boolean): Outcome {
  if (deployment.started === null) return answered("QD004", world);
  if (world.deployments.some((one) => one.joinedId === deployment.id && one.started !== null && isLive(one)))
    return answered("QD033", world);
  const asksForIt =
    demands(world, deployment).requiresVerification && deployment.joinedId === null && !deployment.forced;
  if (asksForIt && !verified) return answered("QD058", world);
  const after = replace(world, { ...deployment, finished: world.now });
  return followed(world, "ok", after, deployment.kept ? [deployment.id] : []);
}

/** Where the policy says so, the line of its cell stops. */
function fail(world: World, deployment: Deployment): Outcome {
  const failed = replace(world, { ...deployment, hasFailed: true, cancelled: world.now });
  const heldLines = demands(world, deployment).holdsAfterFailure ? holding(world, deployment) : world.heldLines;
  return followed(world, "ok", { ...failed, heldLines }, [deployment.id]);
}

function holding({ heldLines }: World, { environment, cell, id }: Deployment): World["heldLines"] {
  return { ...heldLines, [`${environment}/${cell}`]: id };
}

function releasing({ heldLines }: World, { environment, cell }: Deployment): World["heldLines"] {
  const { [`${environment}/${cell}`]: _, ...others } = heldLines;
  return others;
}

function allow(world: World, deployment: Deployment): Outcome {
  const freeze = world.freezes[deployment.environment];
  if (freeze === undefined) return answered("ok", world);
  if (!isLive(deployment)) return answered(deployment.finished === null ? "QD005" : "QD006", world);
  if (deployment.started !== null) return answered("QD007", world);
  if (!covers(freeze, deployment)) return answered("QD025", world);
  const allowing = { ...freeze, allowIds: [...freeze.allowIds, deployment.id] };
  return followed(world, "ok", { ...world, freezes: { ...world.freezes, [deployment.environment]: allowing } });
}

/** A wrong phrase changes nothing. */
function confirm(world: World, deployment: Deployment, confirmation: string): Outcome {
  if (deployment.started !== null) return answered("QD007", world);
  const after = { ...deployment, confirmation };
  return isConfirmed(world, after) ? followed(world, "ok", replace(world, after)) : answered("ok", world);
}

function release(world: World, { by, heartbeat, releaseKey, confirmation }: Release, deployment: Deployment): Outcome {
  const after = heartbeat ? beat(world, deployment) : deployment;
  if (by === "statement") {
    if (deployment.hold !== null && isOver(world, deployment)) return answered("QD052", world);
    if (deployment.hold === null) return answered("ok", replace(world, after));
    return isConfirmed(world, after) ? ordered(world, "ok", letGo(world, after)) : answered("ok", world);
  }
  const keeper = heartbeat ? releaseKey : deployment.keeper;
  if (deployment.hold !== null && deployment.reservedUntil === null) {
    const released = { ...after, releaseKey, keeper, confirmation: confirmation ?? deployment.confirmation };
    return isConfirmed(world, released) ? ordered(world, "released", letGo(world, released)) : answered("ok", world);
  }
  // A client that has released it and got no answer asks again.
  return answered(releaseKey !== null && releaseKey === deployment.releaseKey ? "released" : "ok", world);
}

/** A reservation becomes a deployment that waits, with what is known by now. */
function redeem(world: World, act: Extract<Act, { act: "redeem" }>, deployment: Deployment): Outcome {
  // The answer to its first call was lost.
  if (deployment.reservedUntil === null && act.keeper !== null && act.keeper === deployment.keeper)
    return answered("ok", world);
  const isOfAnotherVersion = act.version !== null && act.version !== deployment.version;
  if (deployment.reservedUntil === null || isOfAnotherVersion || isOver(world, deployment))
    return answered("QD052", world);
  const refusal = refusalByVersion(world, deployment);
  if (refusal !== undefined) return answered(refusal, world);
  const { heartbeat, keeper, stopGrace } = act;
  const confirmed = { ...deployment, confirmation: act.confirmation ?? deployment.confirmation };
  if (!isConfirmed(world, confirmed)) return answered("ok", world);
  const after = heartbeat ? { ...beat(world, confirmed), keeper, stopGrace } : confirmed;
  return ordered(world, "ok", letGo(world, after));
}

type Release = Extract<Act, { act: "release" }>;

/** Into the line at its end, or on from the place that it has kept. */
function letGo(world: World, deployment: Deployment): World {
  const end = Math.max(...world.deployments.map(({ id, place }) => Math.max(id, place))) + 0.001;
  const place = deployment.hold === "outside" ? end : deployment.place;
  return replace(world, { ...deployment, hold: null, reservedUntil: null, place });
}

function bump(world: World, deployment: Deployment, { by, priority }: Extract<Act, { act: "bump" }>): Outcome {
  const isMoved = by === "function" || priority !== deployment.priority;
  if (!isLive(deployment) && isMoved) return answered(deployment.finished === null ? "QD005" : "QD006", world);
  if (deployment.started !== null && isMoved) return answered("QD007", world);
  return ordered(world, "ok", replace(world, { ...deployment, priority }));
}

/** No deployment becomes another one. */
function changeKey(deployment: Deployment, key: string | null): string {
  if (key === deployment.key) return "ok";
  return isLive(deployment) ? "QD007" : deployment.finished === null ? "QD005" : "QD006";
}

function changedWindows(world: World, environment: string): Outcome {
  const woken = new Set(wokenByWindows(world, environment));
  return { ...answered("ok", world), woken, mayWake: woken };
}

/** By what they wait for, what is no deployment last. */
const last = Number.MAX_SAFE_INTEGER;

/** What an observer sees: the state of each deployment, and of those that wait, why. */
export function seen(world: World): unknown {
  return world.deployments.map((deployment) => {
    const state = status(world, deployment);
    const waitsFor = reasons(world, deployment)
      .toSorted((one, other) => (one.by ?? last) - (other.by ?? last) || (one.kind < other.kind ? -1 : 1))
      .map(({ kind, by, until }) => [kind, by, until]);
    return {
      id: deployment.id,
      state,
      lease: deployment.aliveUntil === null ? null : roundMoment(deployment.aliveUntil),
      keeper: deployment.keeper,
      slot: ["running", "verifying", "stopping"].includes(state) ? deployment.slot : null,
      waits: ["queued", "held", "reserved"].includes(state) ? waitsFor : [],
    };
  });
}
