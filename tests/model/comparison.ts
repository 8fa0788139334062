import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { Act } from "./acts.js";
import { isRefusal, type Outcome } from "./outcomes.js";
import type { Answer, RealQueue } from "./realQueue.js";
import { describeAct, type Given, programOf, type Step } from "./steps.js";
import { fitted, perform, seen, target } from "./transitions.js";
import type { World } from "./world.js";

const general = {
  heartbeatTimeout: 10.5,
  ordering: "sequential",
  refusesOutdated: false,
  holdsAfterFailure: false,
  maxReservation: 240,
  confirmation: "",
  checks: [],
  requiresVerification: false,
  approvals: 0,
  ...{ promotesFrom: "", promotesFromAll: false, soak: 0, gatesRollbacks: false },
} as const;
const environments: World["environments"] = {
  a: { ...general, bufferTime: 2, slots: 1 },
  b: { ...general, bufferTime: 2, slots: 2, maxReservation: 5, holdsAfterFailure: true },
  c: {
    ...general,
    bufferTime: 0,
    slots: 1,
    ordering: "latest-ready",
    refusesOutdated: true,
    requiresVerification: true,
  },
  d: { ...general, bufferTime: 0, slots: 1, ordering: "latest" },
};

/**
 * Runs random programs on the queue and on the model, and compares them after each step.
 * @param options.first the first of the programs of the seed that is run, from 1
 * @param options.focus the acts that clients do; all, when it is not given
 * @param options.given details that all acts have in common
 * @returns undefined when they agree, else the shortest program found on which they do not, as a script
 */
export async function findDifference(
  queue: RealQueue,
  options: {
    readonly runs: number;
    readonly seed: number;
    readonly first?: number;
    readonly shrink?: boolean;
    readonly focus?: readonly Act["act"][];
    readonly given?: Given;
  },
): Promise<string | undefined> {
  const property = fc.asyncProperty(programOf(options.focus, options.given), async (steps) => {
    const difference = await compare(queue, steps);
    if (difference !== undefined) throw new Error(difference);
  });
  const { runs: numRuns, seed, first = 1, shrink = true } = options;
  const from = { seed, path: first === 1 ? "" : String(first - 1) };
  const result = await fc.check(property, { numRuns, ...from, endOnFailure: !shrink });
  const { failed, errorInstance } = result;
  if (!failed) return undefined;
  const run = first - 1 + result.numRuns;
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `program ${run} of seed ${seed} (npm run test:model -- --runs ${run} --seed ${seed}):\n${reason}`;
}

/** Plays one program. */
export async function compare(queue: RealQueue, steps: readonly Step[]): Promise<string | undefined> {
  let world: World = {
    ...{
      now: 0,
      returns: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY] as const,
      environments,
      components: {},
      cells: {},
      marks: {},
      checks: {},
    },
    ...{ deployments: [], freezes: {}, windows: {}, heldLines: {}, badVersions: [] },
  };
  let difference: string | undefined;
  let made = 0;
  await queue.begin(environments);
  const script: string[] = [];
  try {
    for (const step of steps) {
      [world, difference] = await compareStep(queue, world, step, script);
      if (difference !== undefined) break;
    }
  } finally {
    made = await queue.end();
  }
  // Such as what was rolled back and is there nevertheless.
  if (made !== world.deployments.length) difference ??= different("has made", world.deployments.length, made);
  return difference === undefined ? undefined : [...script, difference].join("\n");
}

/** @param script to which a line is added that says what happens */
async function compareStep(queue: RealQueue, world: World, step: Step, script: string[]): Promise<[World, string?]> {
  if (step.step === "wait") {
    script.push(`${step.minutes} minutes pass${step.quiet ? " without writes" : ""}`);
    await queue.wait(step.minutes, step.quiet);
    const now = world.now + step.minutes;
    return compareSight(queue, { ...world, now, returns: step.quiet ? [now, world.returns[0]] : world.returns });
  }
  const { on, acts, rolledBack } = step;
  const isTransaction = rolledBack || acts.length > 1;
  const said: string[] = [];
  const outcomes: Outcome[] = [];
  let after = world;
  let difference: string | undefined;
  if (isTransaction) await queue.open(on);
  for (const drafted of acts) {
    const act = fitted(after, drafted);
    const whom = target(after, act)?.id;
    said.push(describeAct(act, whom));
    const found = await queue.perform(on, act, whom);
    // What was refused would have been the last in line.
    const expected = perform(after, act, found.id === 0 ? Number.MAX_SAFE_INTEGER : found.id);
    difference = compareAnswers(expected, found);
    outcomes.push(expected);
    after = expected.world;
    if (difference !== undefined || isRefusal(expected.answer)) break;
  }
  const isKept = !rolledBack && !outcomes.some(({ answer }) => isRefusal(answer));
  if (isTransaction) await queue.close(on, isKept);
  script.push(`connection ${on}: ${said.join("; then ")}${rolledBack ? "; rolled back" : ""}`);
  if (difference !== undefined) return [world, difference];
  if (!isKept) return compareSight(queue, world);

  // No waiter listens yet for those that are new in this transaction.
  const isHeard = (id: number) => world.deployments.some((one) => one.id === id);
  const woken = outcomes.flatMap((outcome) => [...outcome.woken]).filter(isHeard);
  const mayWake = outcomes.flatMap((outcome) => [...outcome.mayWake]).filter(isHeard);
  const ended = outcomes.flatMap((outcome) => [...outcome.ended]).filter(isHeard);
  const told = outcomes.flatMap((outcome) => [...outcome.told]).filter((text) => isHeard(Number.parseInt(text, 10)));
  return compareSight(queue, after, { woken, mayWake, ended, told });
}

function compareAnswers(expected: Outcome, found: Answer): string | undefined {
  if (expected.answer !== found.answer) return different("answers", expected.answer, found.answer);
  return (expected.again ?? found.id) === found.id ? undefined : different("returns", expected.again, found.id);
}

interface Notified {
  readonly woken: readonly number[];
  readonly mayWake: readonly number[];
  readonly ended: readonly number[];
  readonly told: readonly string[];
}

async function compareSight(
  queue: RealQueue,
  world: World,
  { woken, mayWake, ended, told }: Notified = { woken: [], mayWake: [], ended: [], told: [] },
): Promise<[World, string?]> {
  const ids = world.deployments.map(({ id }) => id);
  const sight = await queue.look(ids);
  await queue.listen(ids);
  const pairs = {
    shows: [seen(world), sight.deployments],
    // Those beside them that may be woken as well are as good as woken when they were.
    wakes: [new Set([...woken, ...mayWake.filter((id) => sight.woken.has(id))]), sight.woken],
    ends: [new Set(ended), sight.ended],
    tells: [new Set(told), sight.told],
  };
  for (const [what, [expected, found]] of Object.entries(pairs)) {
    if (!isDeepStrictEqual(expected, found)) return [world, different(what, expected, found)];
  }
  return [world];
}

function different(what: string, expected: unknown, found: unknown): string {
  const text = (value: unknown) => JSON.stringify(value instanceof Set ? [...value] : value);
  return `the model ${what} ${text(expected)}\nthe queue ${what} ${text(found)}`;
}
