import { constants } from "node:os";
import type { LeveledLog } from "../display/log.js";
import { leaveAtOnce } from "../display/signals.js";
import { type ChildEnd, failureOfCheck } from "../processes/childProcess.js";
import { environmentOf } from "../processes/environment.js";
import { oneLine } from "../queue/oneLine.js";
import type { Address } from "../queue/openSource.js";
import type { Queue } from "../queue/queue.js";
import type { Outcome, Running } from "../queue/run.js";
import { startTimer } from "../queue/timer.js";
import { type Patience, verify } from "../queue/verification.js";
import { formatDuration } from "../text/durations.js";
import type { GuardedCommand } from "./guardedCommand.js";
import type { Part } from "./watchdog.js";

/** How the work of a deployment is done. */
export interface WorkOptions {
  /** Milliseconds that the command has between the signal to end and SIGKILL. */
  readonly gracePeriod: number;
  /** Whether the command gets the URL of the database. */
  readonly passDatabaseUrl: boolean;
  /** Whether the command goes on when the lease ends without contact to the database. */
  readonly continueWithoutContact?: boolean | undefined;
  /** What a shell runs to see that what was deployed works. */
  readonly verification?: (Patience & { readonly check: string }) | undefined;
  /** What a shell runs when the command or the check has failed. */
  readonly onFailure?: string | undefined;
}

/** Where the work is done. */
export interface Keeper {
  readonly queue: Queue;
  readonly log: LeveledLog;
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
 * Runs the command to its end, checks what it has deployed, and rolls that back when it has failed; signals and what stops the
 * deployment end what runs then and all that it has started.
 */
export async function superviseCommand(
  { log, queue, address }: Keeper,
  attended: Attention,
  command: readonly string[],
  guarded: GuardedCommand,
  { deployment, keeper, stop: stopped, grace, lease, reserve, beginVerification }: Running,
  options: WorkOptions,
): Promise<Outcome<ChildEnd>> {
  const { gracePeriod, continueWithoutContact, verification, onFailure } = options;
  if (grace() < gracePeriod) {
    const third = "a third of the environment's heartbeat timeout";
    log.info(`the command has ${formatDuration(grace())} to end when it is stopped, since that is ${third}`);
  }
  const interrupted = new AbortController();
  const ending = AbortSignal.any([stopped, interrupted.signal]);
  const stop = (signal: NodeJS.Signals): void => guarded.stop(signal, grace());
  const goOn = (): void => {
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
  const start = (part: Part, words: readonly string[], failure: string | undefined): Promise<ChildEnd> =>
    guarded.start({
      ...{
        part,
        failure,
        command: words,
        environment: environmentOf(deployment, options),
        deploymentId: deployment.id,
      },
      ...{ contact: { ...address, actor: queue.source.actor, keeper }, grace: grace() },
    });
  const checkOnce = async (text: string, longest: number): Promise<string | undefined> => {
    const stopTimer = startTimer(longest, () => stop("SIGTERM"));
    const began = performance.now();
    const end = await start("check", ["sh", "-c", text], goneUnverified);
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
  const first = start("command", command, verification === undefined ? undefined : goneUnverified);
  goOn();
  if (stopped.aborted) {
    onStopped();
  }
  let result = await first;
  let failure = result.exitCode === 0 ? undefined : `the command ${result.description}`;
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
    log.warn(oneLine(`${failure}; running the command of --on-failure`));
    const rollback = await start("rollback", ["sh", "-c", onFailure], oneLine(failure));
    failure = `${failure}; the command of --on-failure ${rollback.description}`;
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
