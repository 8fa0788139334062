import { type Deployment, isDead, isLive, reasons, status, type World, woken } from "./model.js";
import type { Act } from "./steps.js";

/** What an act makes of the world. */
export interface Outcome {
  readonly world: World;
  /** "ok", "started", "waits", or the code of the refusal. */
  readonly answer: string;
  /** The ids that were notified that they may start or know when, and that they have ended. */
  readonly woken: ReadonlySet<number>;
  readonly ended: ReadonlySet<number>;
}

/** @param id that the database has given to what is new */
export function perform(world: World, act: Act, id: number): Outcome {
  switch (act.act) {
    case "enqueue":
      return answered("ok", add(world, { ...act, id, heartbeat: act.heartbeat ? world.now : null, started: null }));
    case "insert running": {
      const running = add(world, { ...act, id, version: "", maxDuration: null, heartbeat: null, started: world.now });
      const [newest] = running.deployments.slice(-1);
      return newest !== undefined && reasons(running, newest).length > 0
        ? answered("QD003", world)
        : answered("ok", running);
    }
    case "start":
    case "finish":
    case "cancel":
    case "heartbeat": {
      const deployment = target(world, act);
      return deployment === undefined ? answered("nobody", world) : change(world, act, deployment);
    }
    case "cancel version":
      return end(world, "ok", ({ version }) => version === act.version);
    case "cancel location":
      return end(world, "ok", (one) => one.environment === act.environment && one.cell === (act.cell ?? one.cell));
    case "reap":
      return end(world, "ok", (one) => isDead(world, one));
    case "set buffer": {
      const environments = {
        ...world.environments,
        [act.environment]: { heartbeatTimeout: 0, ...world.environments[act.environment], bufferTime: act.minutes },
      };
      return followed(world, "ok", { ...world, environments });
    }
  }
}

/** Whom an act is about; undefined when it is about nobody, or there is nobody. */
export function target(world: World, act: Act): Deployment | undefined {
  if (!("which" in act)) return undefined;
  const makesSense = {
    start: ["queued"],
    finish: ["running"],
    cancel: ["queued", "running"],
    heartbeat: ["queued", "running"],
  };
  const choice = act.apt
    ? world.deployments.filter((deployment) => makesSense[act.act].includes(status(world, deployment)))
    : world.deployments;
  return choice[act.which % choice.length];
}

type Change = Extract<Act, { which: number }>;

function change(world: World, { act, by }: Change, deployment: Deployment): Outcome {
  if (!isLive(deployment)) {
    const isSo = deployment.finished === null ? act === "cancel" : act === "finish";
    const code = deployment.finished === null ? "QD005" : "QD006";
    return answered(by === "function" && (isSo || act === "heartbeat") ? "ok" : code, world);
  }
  switch (act) {
    case "start":
      return by === "function" ? tryStart(world, deployment) : updateStart(world, deployment);
    case "finish":
      return deployment.started === null
        ? answered("QD004", world)
        : followed(world, "ok", replace(world, { ...deployment, finished: world.now }), [deployment.id]);
    case "cancel":
      return end(world, "ok", ({ id }) => id === deployment.id);
    case "heartbeat":
      return answered("ok", replace(world, { ...deployment, heartbeat: world.now }));
  }
}

/** Whoever asks for its turn removes the dead that it waits for, then starts, or gives a sign of life. */
function tryStart(world: World, deployment: Deployment): Outcome {
  if (deployment.started !== null) return answered("started", world);
  const blockers = new Set(reasons(world, deployment).map(({ by }) => by));
  const reaped = end(world, "ok", (one) => blockers.has(one.id) && isDead(world, one));
  if (reasons(reaped.world, deployment).length === 0) {
    return { ...reaped, answer: "started", world: replace(reaped.world, start(world, deployment)) };
  }
  const heartbeat = deployment.heartbeat === null ? null : world.now;
  return { ...reaped, answer: "waits", world: replace(reaped.world, { ...deployment, heartbeat }) };
}

function updateStart(world: World, deployment: Deployment): Outcome {
  if (deployment.started !== null) return answered("QD007", world);
  return reasons(world, deployment).length > 0
    ? answered("QD003", world)
    : answered("ok", replace(world, start(world, deployment)));
}

function start(world: World, deployment: Deployment): Deployment {
  return { ...deployment, started: world.now, heartbeat: null };
}

/** Cancels the live ones among those. */
function end(world: World, answer: string, which: (deployment: Deployment) => boolean): Outcome {
  const ended = world.deployments.filter((deployment) => isLive(deployment) && which(deployment));
  const after = ended.reduce((changed, one) => replace(changed, { ...one, cancelled: world.now }), world);
  return followed(
    world,
    answer,
    after,
    ended.map(({ id }) => id),
  );
}

function followed(before: World, answer: string, after: World, ended: readonly number[] = []): Outcome {
  return { world: after, answer, woken: new Set(woken(before, after)), ended: new Set(ended) };
}

function answered(answer: string, world: World): Outcome {
  return { world, answer, woken: new Set(), ended: new Set() };
}

function add(world: World, given: Omit<Deployment, "finished" | "cancelled">): World {
  const { id, environment, cell, version, key, maxDuration, heartbeat, started } = given;
  const added = {
    id,
    environment,
    cell,
    version,
    key,
    maxDuration,
    heartbeat,
    started,
    finished: null,
    cancelled: null,
  };
  return { ...world, deployments: [...world.deployments, added] };
}

function replace(world: World, changed: Deployment): World {
  return { ...world, deployments: world.deployments.map((one) => (one.id === changed.id ? changed : one)) };
}

/** What somebody who looks sees: the state of each, and of those that wait, why. */
export function seen(world: World): unknown {
  return world.deployments.map((deployment) => {
    const state = status(world, deployment);
    const waitsFor = reasons(world, deployment).map(({ kind, by, until }) => [kind, by, until]);
    return {
      id: deployment.id,
      state,
      alive: deployment.heartbeat !== null,
      waits: state === "queued" ? waitsFor : [],
    };
  });
}
