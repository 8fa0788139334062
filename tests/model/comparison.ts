import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { World } from "./model.js";
import type { RealQueue } from "./realQueue.js";
import { describeStep, program, type Step } from "./steps.js";
import { perform, seen, target } from "./transitions.js";

const bufferTimes = { a: 2, b: 0 };
const heartbeatTimeout = 10.5;

/**
 * Runs random programs on the queue and on the model, and compares them after each step.
 * @returns undefined when they agree, else the shortest program found on which they do not, as a script
 */
export async function findDifference(
  queue: RealQueue,
  options: { readonly runs: number; readonly seed: number; readonly shrink?: boolean },
): Promise<string | undefined> {
  const property = fc.asyncProperty(program, async (steps) => {
    const difference = await compare(queue, steps);
    if (difference !== undefined) throw new Error(difference);
  });
  const { runs: numRuns, seed, shrink = true } = options;
  const { failed, errorInstance, numRuns: run } = await fc.check(property, { numRuns, seed, endOnFailure: !shrink });
  if (!failed) return undefined;
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `program ${run} of seed ${seed} (npm run test:model -- --runs ${run} --seed ${seed}):\n${reason}`;
}

async function compare(queue: RealQueue, steps: readonly Step[]): Promise<string | undefined> {
  const environment = (bufferTime: number) => ({ bufferTime, heartbeatTimeout });
  const environments = { a: environment(bufferTimes.a), b: environment(bufferTimes.b) };
  let world: World = { now: 0, environments, deployments: [], freezes: {}, windows: {} };
  let difference: string | undefined;
  let made = 0;
  await queue.begin(bufferTimes);
  const script: string[] = [];
  try {
    for (const step of steps) {
      script.push(describeStep(step, step.step === "act" ? target(world, step.what)?.id : undefined));
      [world, difference] = await compareStep(queue, world, step);
      if (difference !== undefined) break;
    }
  } finally {
    made = await queue.end();
  }
  // Such as what was rolled back and is there nevertheless.
  if (made !== world.deployments.length) difference ??= different("has made", world.deployments.length, made);
  return difference === undefined ? undefined : [...script, difference].join("\n");
}

async function compareStep(queue: RealQueue, world: World, step: Step): Promise<[World, string?]> {
  if (step.step === "wait") {
    await queue.wait(step.minutes);
    const later = { ...world, now: world.now + step.minutes };
    return compareSight(queue, later, new Set(), new Set());
  }
  const { on, what, rolledBack } = step;
  const { answer, id } = await queue.perform(on, what, target(world, what)?.id, rolledBack);
  // What was refused would have been the last in line.
  const expected = perform(world, what, id === 0 ? Number.MAX_SAFE_INTEGER : id);
  if (answer !== expected.answer) return [world, different("answers", expected.answer, answer)];
  return rolledBack
    ? compareSight(queue, world, new Set(), new Set())
    : compareSight(queue, expected.world, expected.woken, expected.ended);
}

async function compareSight(
  queue: RealQueue,
  world: World,
  woken: ReadonlySet<number>,
  ended: ReadonlySet<number>,
): Promise<[World, string?]> {
  const ids = world.deployments.map(({ id }) => id);
  const sight = await queue.look(ids);
  await queue.listen(ids);
  const pairs = { shows: [seen(world), sight.deployments], wakes: [woken, sight.woken], ends: [ended, sight.ended] };
  for (const [what, [expected, found]] of Object.entries(pairs)) {
    if (!isDeepStrictEqual(expected, found)) return [world, different(what, expected, found)];
  }
  return [world];
}

function different(what: string, expected: unknown, found: unknown): string {
  const text = (value: unknown) => JSON.stringify(value instanceof Set ? [...value] : value);
  return `the model ${what} ${text(expected)}\nthe queue ${what} ${text(found)}`;
}
