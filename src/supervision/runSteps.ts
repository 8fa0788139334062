import type { ChildEnd } from "../processes/childProcess.js";
import { startTimer } from "../queue/timer.js";
import { formatDuration } from "../text/durations.js";

/** One of the commands that are the work. */
export interface Step {
  /** In a note, such as "the command". */
  readonly name: string;
  readonly words: readonly string[];
  /** Milliseconds that it may take. */
  readonly timeout?: number | undefined;
}

export interface StepsOptions {
  /** Milliseconds that all of them may take together. */
  readonly timeout: number;
  /** @param gone why the deployment fails when its keeper is gone after the step has succeeded; undefined for the last one */
  readonly start: (step: Step, gone: string | undefined) => Promise<ChildEnd>;
  /** Ends the step that runs. */
  readonly stop: () => void;
  /** Aborted when none may begin any more, with a signal or an error. */
  readonly ending: AbortSignal;
}

/** Runs the steps one after the other, until one fails. */
export async function runSteps(
  steps: readonly Step[],
  { timeout, start, stop, ending }: StepsOptions,
): Promise<{ readonly result: ChildEnd; readonly failure: string | undefined }> {
  let result: ChildEnd = { exitCode: 0, description: "did nothing" };
  const began = performance.now();
  for (const [index, step] of steps.entries()) {
    const { name, timeout: own = Number.POSITIVE_INFINITY } = step;
    const left = timeout - (performance.now() - began);
    let isTooLong = false;
    const stopTimer = startTimer(Math.max(0, Math.min(own, left)), () => {
      isTooLong = true;
      stop();
    });
    const next = steps[index + 1];
    result = await start(step, next && `${next.name} did not begin, since the process that kept it was gone`);
    stopTimer();
    if (isTooLong) {
      const limit = own <= left ? formatDuration(own) : `${formatDuration(timeout)} with those before it`;
      return { result: { ...result, exitCode: result.exitCode || 1 }, failure: `${name} took longer than ${limit}` };
    }
    if (result.exitCode !== 0) {
      return { result, failure: `${name} ${result.description}` };
    }
    if (ending.aborted && next !== undefined) {
      return { result: { ...result, exitCode: 1 }, failure: `${next.name} did not begin, since the work was to end` };
    }
  }
  return { result, failure: undefined };
}
