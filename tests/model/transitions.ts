import { enqueue, insertRunning } from "./entering.js";
import { type Deployment, isDead, isLive, reasons, status, type World, wokenByWindows } from "./model.js";
import { answered, beat, end, followed, type Outcome, replace } from "./outcomes.js";
import { tryStart, updateStart } from "./starting.js";
import type { Act } from "./steps.js";

/** @param id that the database has given to what is new */
export function perform(world: World, act: Act, id: number): Outcome {
  switch (act.act) {
    case "enqueue":
      return enqueue(world, act, id);
    case "insert running":
      return insertRunning(world, act, id);
    case "start":
    case "finish":
    case "cancel":
    case "heartbeat":
    case "release": {
      const deployment = target(world, act);
      return deployment === undefined ? answered("no deployment", world) : change(world, act, deployment);
    }
    case "bump": {
      const deployment = target(world, act);
      return deployment === undefined ? answered("no deployment", world) : bump(world, deployment, act);
    }
    case "freeze":
      return act.environment in world.freezes
        ? answered("ok", world)
        : followed(world, "ok", {
            ...world,
            freezes: { ...world.freezes, [act.environment]: { place: act.place, allowKey: act.key } },
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
      return end(world, "ok", ({ version }) => version === act.version);
    case "cancel location":
      return end(world, "ok", (one) => one.environment === act.environment && one.cell === (act.cell ?? one.cell));
    case "reap":
      return end(world, "ok", (one) => isDead(world, one));
    case "change key": {
      const deployment = target(world, act);
      return deployment === undefined
        ? answered("no deployment", world)
        : answered(changeKey(deployment, act.key), world);
    }
    case "set environment": {
      const { bufferTime = 0, heartbeatTimeout = 0 } = world.environments[act.environment] ?? {};
      const edited = { bufferTime: act.buffer ?? bufferTime, heartbeatTimeout: act.timeout ?? heartbeatTimeout };
      return followed(world, "ok", { ...world, environments: { ...world.environments, [act.environment]: edited } });
    }
  }
}

/** The deployment that an act is about; undefined when it is about none, or there is none. */
export function target(world: World, act: Act): Deployment | undefined {
  if (!("which" in act)) return undefined;
  const makesSense = {
    start: ["held", "queued"],
    finish: ["running"],
    cancel: ["held", "queued", "running"],
    heartbeat: ["held", "queued", "running"],
    release: ["held"],
    purge: ["held"],
    bump: ["held", "queued"],
    "change key": ["held", "queued", "running"],
  };
  const isAskedAgain = (one: Deployment) =>
    act.act === "release" && act.releaseKey !== null && act.releaseKey === one.releaseKey;
  const choice = act.apt
    ? world.deployments.filter((one) => makesSense[act.act].includes(status(world, one)) || isAskedAgain(one))
    : world.deployments;
  return choice[act.which % choice.length];
}

type Change = Exclude<Extract<Act, { which: number }>, { act: "bump" | "purge" | "change key" }>;

function change(world: World, what: Change, deployment: Deployment): Outcome {
  const { act, by } = what;
  if (!isLive(deployment)) {
    const isSo = deployment.finished === null ? act === "cancel" : act === "finish";
    const code = deployment.finished === null ? "QD005" : "QD006";
    return answered(by === "function" && (isSo || act === "heartbeat") ? "ok" : code, world);
  }
  switch (what.act) {
    case "start":
      return by === "function"
        ? tryStart(world, deployment, what.heartbeat)
        : updateStart(world, deployment, what.heartbeat);
    case "finish":
      return deployment.started === null
        ? answered("QD004", world)
        : // Of a finish only its keepers are told.
          followed(
            world,
            "ok",
            replace(world, { ...deployment, finished: world.now }),
            deployment.kept ? [deployment.id] : [],
          );
    case "cancel":
      return end(world, "ok", ({ id }) => id === deployment.id);
    case "heartbeat":
      return answered("ok", replace(world, beat(world, deployment)));
    case "release":
      return release(world, what, deployment);
  }
}

function release(world: World, { by, heartbeat, releaseKey }: Release, deployment: Deployment): Outcome {
  const after = heartbeat ? beat(world, deployment) : deployment;
  if (by === "statement") {
    return deployment.hold === null
      ? answered("ok", replace(world, after))
      : followed(world, "ok", letGo(world, after));
  }
  if (deployment.hold !== null) return followed(world, "released", letGo(world, { ...after, releaseKey }));
  // A client that has released it and got no answer asks again.
  return answered(releaseKey !== null && releaseKey === deployment.releaseKey ? "released" : "ok", world);
}

type Release = Extract<Act, { act: "release" }>;

/** Into the line at its end, or on from the place that it has kept. */
function letGo(world: World, deployment: Deployment): World {
  const end = Math.max(...world.deployments.map(({ id, place }) => Math.max(id, place))) + 0.001;
  const place = deployment.hold === "outside" ? end : deployment.place;
  return replace(world, { ...deployment, hold: null, place });
}

function bump(world: World, deployment: Deployment, { by, priority }: Extract<Act, { act: "bump" }>): Outcome {
  if (!isLive(deployment)) return answered(deployment.finished === null ? "QD005" : "QD006", world);
  const isMoved = by === "function" || priority !== deployment.priority;
  if (deployment.started !== null && isMoved) return answered("QD007", world);
  return followed(world, "ok", replace(world, { ...deployment, priority }));
}

/** No deployment becomes another one. */
function changeKey(deployment: Deployment, key: string | null): string {
  if (!isLive(deployment)) return deployment.finished === null ? "QD005" : "QD006";
  return key === deployment.key ? "ok" : "QD007";
}

function changedWindows(world: World, environment: string): Outcome {
  return { ...answered("ok", world), woken: new Set(wokenByWindows(world, environment)) };
}

/** What an observer sees: the state of each deployment, and of those that wait, why. */
export function seen(world: World): unknown {
  return world.deployments.map((deployment) => {
    const state = status(world, deployment);
    const waitsFor = reasons(world, deployment).map(({ kind, by, until }) => [kind, by, until]);
    return {
      id: deployment.id,
      state,
      alive: deployment.heartbeat !== null,
      waits: state === "queued" || state === "held" ? waitsFor : [],
    };
  });
}
