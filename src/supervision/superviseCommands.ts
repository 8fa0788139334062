import { constants } from "node:os";
import type { LeveledLog } from "../display/log.js";
import { leaveAtOnce } from "../display/signals.js";
import { type ChildEnd, failureOfCheck } from "../processes/childProcess.js";
import { oneLine } from "../queue/oneLine.js";
import type { Address } from "../queue/openSource.js";
import type { Queue } from "../queue/queue.js";
import type { Outcome, Running } from "../queue/run.js";
import { startTimer } from "../queue/timer.js";
import { type Patience, verify } from "../queue/verification.js";
import { formatDuration } from "../text/durations.js";
import type { GuardedCommand } from "./guardedCommand.js";
import { runSteps, type Step } from "./runSteps.js";
import type { StartOrder } from "./watchdog.js";

/** How the work of a deployment is done. */
export interface WorkOptions {
  /** Milliseconds that a command has between the signal to end and SIGKILL. */
  readonly gracePeriod: number;
  /** Whether the commands go on when the lease ends without contact to the database. */
  readonly continueWithoutContact?: boolean | undefined;
  /** What a shell runs to see that what was deployed works. */
  readonly verification?: (Patience & { readonly check: string }) | undefined;
  /** What a shell runs when a command or the check has failed. */
  readonly onFailure?: string | undefined;
}

/** What runs, and where. */
export interface Work extends WorkOptions {
  /** One after the other, until one fails. */
  readonly steps: readonly Step[];
  readonly environment: NodeJS.ProcessEnv;
  /** That of this process when undefined. */
  readonly directory?: string | undefined;
  /** What each command line begins with, such as that of a program that changes the user. */
  readonly prefix?: readonly string[];
  /** Milliseconds that all steps may take. */
  readonly timeout?: number | undefined;
  /** Such as "the command of --on-failure". */
  readonly nameOfRollback: string;
  /** Told before each begins. */
  readonly onStep?: (step: Step) => void;
}

/** Where the work is done. */
export interface Keeper {
  readonly queue: Queue;
  readonly log: Pick<LeveledLog, "info" | "warn" | "error">;
  /** How a watchdog reaches the queue in its place. */
  readonly address: Address;
}

/** What a signal does is said anew whenever that changes. */
export interface Attention {
  onSignal(callback: (signal: NodeJS.Signals) => void): void;
}

/** How many commands run in this process, which must not leave them behind. */
let running = 0;

const unverifiedExitCode = 4;

/**
 * Runs the commands to their end, checks what they have deployed, and rolls that back when one has failed; signals and what stops the
 * deployment end what runs then and all that it has started.
 */
export async function superviseCommands(
  { log, queue, address }: Keeper,
  attended: Attention,
  guarded: GuardedCommand,
  { deployment, keeper, stop: stopped, grace, lease, reserve, beginVerification }: Running,
  work: Work,
): Promise<Outcome<ChildEnd>> {
  const { gracePeriod, continueWithoutContact, verification, onFailure, prefix = [] } = work;
  let isGraceNoted = false;
  const noteShortGrace = (): void => {
    if (!isGraceNoted && lease.isWhole && grace() < gracePeriod) {
      isGraceNoted = true;
      const third = "a third of the environment's heartbeat timeout";
      log.info(`the command has ${formatDuration(grace())} to end when it is stopped, since that is ${third}`);
    }
  };
  const interrupted = new AbortController();
  const ending = AbortSignal.any([stopped, interrupted.signal]);
  const stop = (signal: NodeJS.Signals): void => guarded.stop(signal, grace());
  const goOn = (): void => {
    noteShortGrace();
    // The keeper is first to notice, unless it is suspended.
    const later = (reserve() - grace()) / 3;
    const withoutContact = continueWithoutContact === true ? Number.POSITIVE_INFINITY : lease.left - reserve() + later;
    guarded.goOn(Math.min(withoutContact, lease.workLeft + later), grace());
  };
  // Before the command begins: a signal in between would end this process.
  attended.onSignal((signal) => {
    interrupted.abort(signal);
    stop(signal);
  });
  const start = (order: Pick<StartOrder, "part" | "name" | "command" | "failure">): Promise<ChildEnd> =>
    guarded.start({
      ...{ ...order, command: [...prefix, ...order.command] },
      ...{ environment: work.environment, directory: work.directory, deploymentId: deployment.id },
      ...{ contact: { ...address, actor: queue.source.actor, keeper }, grace: grace() },
    });
  const checkOnce = async (text: string, longest: number): Promise<string | undefined> => {
    const stopTimer = startTimer(longest, () => stop("SIGTERM"));
    const began = performance.now();
    const command = ["sh", "-c", text];
    const end = await start({ part: "check", name: "the check", command, failure: goneUnverified });
    stopTimer();
    return failureOfCheck(end, performance.now() - began, longest);
  };
  lease.onRenewed(goOn);
  running += 1;
  const onStopped = (): void => {
    log.error(`${stopped.reason.message}; stopping the command`);
    stop("SIGTERM");
  };
  stopped.addEventListener("abort", onStopped, { once: true });
  const steps = runSteps(work.steps, {
    timeout: work.timeout ?? Number.POSITIVE_INFINITY,
    start: (step, gone) => {
      work.onStep?.(step);
      const failure = gone ?? (verification === undefined ? undefined : goneUnverified);
      // The watchdog knows for how long before the command begins: this process may be suspended in between.
      goOn();
      const ended = start({ part: "command", name: step.name, command: step.words, failure });
      if (stopped.aborted) {
        onStopped();
      }
      return ended;
    },
    stop: () => stop("SIGTERM"),
    ending,
  });
  let { result, failure } = await steps;
  let verified = false;
  if (verification !== undefined && failure === undefined && !stopped.aborted) {
    if (!interrupted.signal.aborted) {
      await beginVerification();
    }
    const check = (longest: number) => checkOnce(verification.check, longest);
    failure = await verify(check, verification, ending, (why) =>
      log.info(oneLine(`the check has failed and is run again: ${why}`)),
    );
    if (failure === undefined && interrupted.signal.aborted) {
      const signal: NodeJS.Signals = interrupted.signal.reason;
      failure = `it was not verified before ${signal} came`;
      result = { exitCode: 128 + constants.signals[signal], description: `was not verified before ${signal} came` };
    } else if (failure !== undefined) {
      result = { exitCode: unverifiedExitCode, description: "was not verified" };
    }
    verified = failure === undefined && !stopped.aborted;
  }
  if (failure !== undefined && onFailure !== undefined && !ending.aborted) {
    log.warn(oneLine(`${failure}; running ${work.nameOfRollback}`));
    const command = ["sh", "-c", onFailure];
    const rollback = await start({ part: "rollback", name: work.nameOfRollback, command, failure: oneLine(failure) });
    failure = `${failure}; ${work.nameOfRollback} ${rollback.description}`;
  }
  stopped.removeEventListener("abort", onStopped);
  running -= 1;
  let leaving = false;
  attended.onSignal((signal) => {
    if (leaving && running === 0) {
      leaveAtOnce(signal);
    }
    leaving = true;
    log.info(`${signal}: the command has ended and the database is being told; once more to leave at once`);
  });
  // What was told to end has not succeeded, whatever it exits with.
  const why = stopped.aborted ? `the command was stopped: ${stopped.reason.message}` : failure;
  return { result, failure: why === undefined ? undefined : oneLine(why), verified };
}

/** Why a deployment fails whose keeper is gone before its check has succeeded. */
const goneUnverified = "it was not verified, since the process that kept it was gone";
