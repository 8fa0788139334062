import {
  type Deployment,
  isDead,
  isLive,
  isTooLate,
  reasons,
  status,
  type World,
  woken,
  wokenByWindows,
} from "./model.js";
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
      if (isStagedAlready(world, act)) return answered("QD021", world);
      return answered(
        "ok",
        add(world, {
          ...act,
          ...{ id, place: id, heartbeat: act.heartbeat ? world.now : null, started: null },
          notBefore: act.notBefore === null ? null : world.now + act.notBefore,
          notAfter: act.notAfter === null ? null : world.now + act.notAfter,
        }),
      );
    case "insert running": {
      const plain = {
        version: "",
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
    case "start":
    case "finish":
    case "cancel":
    case "heartbeat":
    case "release": {
      const deployment = target(world, act);
      return deployment === undefined ? answered("nobody", world) : change(world, act, deployment);
    }
    case "bump": {
      const deployment = target(world, act);
      return deployment === undefined ? answered("nobody", world) : bump(world, deployment, act);
    }
    case "freeze":
      return act.environment in world.freezes
        ? answered("ok", world)
        : followed(world, "ok", {
            ...world,
            freezes: { ...world.freezes, [act.environment]: { cell: act.cell, allowKey: act.key } },
          });
    case "thaw": {
      const { [act.environment]: lifted, ...freezes } = world.freezes;
      return lifted === undefined ? answered("ok", world) : followed(world, "ok", { ...world, freezes });
    }
    case "purge": {
      const deployment = target(world, act);
      if (deployment === undefined) return answered("nobody", world);
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
      return deployment === undefined ? answered("nobody", world) : answered(changeKey(deployment, act.key), world);
    }
    case "set environment": {
      const { bufferTime = 0, heartbeatTimeout = 0 } = world.environments[act.environment] ?? {};
      const edited = { bufferTime: act.buffer ?? bufferTime, heartbeatTimeout: act.timeout ?? heartbeatTimeout };
      return followed(world, "ok", { ...world, environments: { ...world.environments, [act.environment]: edited } });
    }
  }
}

/** The same, without anybody who waits for it. */
function isStagedAlready(world: World, given: Extract<Act, { act: "enqueue" }>): boolean {
  return (
    given.hold === "outside" &&
    !given.heartbeat &&
    world.deployments.some(
      (one) =>
        one.hold === "outside" &&
        one.heartbeat === null &&
        isLive(one) &&
        !isTooLate(world, one) &&
        one.environment === given.environment &&
        one.cell === given.cell &&
        one.version === given.version,
    )
  );
}

/** Whom an act is about; undefined when it is about nobody, or there is nobody. */
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
  const choice = act.apt
    ? world.deployments.filter((deployment) => makesSense[act.act].includes(status(world, deployment)))
    : world.deployments;
  return choice[act.which % choice.length];
}

type Change = Exclude<Extract<Act, { which: number }>, { act: "bump" | "purge" | "change key" }>;

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
      return answered("ok", replace(world, { ...deployment, heartbeat: world.now, kept: true }));
    case "release":
      return deployment.hold === null ? answered("ok", world) : release(world, deployment);
  }
}

/** Into the line at its end, or on from the place that it has kept. */
function release(world: World, deployment: Deployment): Outcome {
  const end = Math.max(...world.deployments.map(({ id, place }) => Math.max(id, place))) + 0.001;
  const place = deployment.hold === "outside" ? end : deployment.place;
  return followed(world, "ok", replace(world, { ...deployment, hold: null, place }));
}

function bump(world: World, deployment: Deployment, { by, priority }: Extract<Act, { act: "bump" }>): Outcome {
  if (!isLive(deployment)) return answered(deployment.finished === null ? "QD005" : "QD006", world);
  const isMoved = by === "function" || priority !== deployment.priority;
  if (deployment.started !== null && isMoved) return answered("QD007", world);
  return followed(world, "ok", replace(world, { ...deployment, priority }));
}

/** Nobody becomes another. */
function changeKey(deployment: Deployment, key: string | null): string {
  if (!isLive(deployment)) return deployment.finished === null ? "QD005" : "QD006";
  return key === deployment.key ? "ok" : "QD007";
}

/** Whoever asks for its turn removes the dead that it waits for, or itself when it comes too late, then starts, or gives a sign of life. */
function tryStart(world: World, deployment: Deployment): Outcome {
  if (deployment.started !== null) return answered("started", world);
  const blockers = new Set<number | null>(reasons(world, deployment).map(({ by }) => by));
  if (isTooLate(world, deployment)) blockers.add(deployment.id);
  const reaped = end(world, "ok", (one) => blockers.has(one.id) && isDead(world, one));
  if (isTooLate(world, deployment)) return { ...reaped, answer: "waits" };
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

function changedWindows(world: World, environment: string): Outcome {
  return { ...answered("ok", world), woken: new Set(wokenByWindows(world, environment)) };
}

function answered(answer: string, world: World): Outcome {
  return { world, answer, woken: new Set(), ended: new Set() };
}

function add(world: World, given: Omit<Deployment, "finished" | "cancelled" | "kept">): World {
  const { id, environment, cell, version, key, maxDuration, heartbeat, started, priority, place } = given;
  const { hold, notBefore, notAfter } = given;
  const added = {
    ...{ id, environment, cell, version, key, maxDuration, heartbeat, started, priority, place },
    ...{ hold, notBefore, notAfter },
    ...{ finished: null, cancelled: null, kept: heartbeat !== null },
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
      waits: state === "queued" || state === "held" ? waitsFor : [],
    };
  });
}
