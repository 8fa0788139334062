import { connectionSettings, databaseUrlVariable, withheldUrl } from "../database/connectionSettings.js";
import { leaveAtOnce } from "../display/signals.js";
import type { Deployment } from "../queue/deployment.js";
import { CancelledError } from "../queue/errors.js";
import type { WayIn } from "../queue/journey.js";
import { oneLine } from "../queue/oneLine.js";
import { type Outcome, type Running, runDeployment } from "../queue/run.js";
import { cancellerName, deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import type { ChildEnd } from "./childProcess.js";
import { type GuardedCommand, guardCommand } from "./guardedCommand.js";
import { type Attended, type AttendedOptions, attend, noteOfLateEnd } from "./journey.js";
import type { Session } from "./openSession.js";

export interface RunOptions extends AttendedOptions {
  /** Told of the end, as the database knows it, and of the exit code of the command. */
  readonly onEnd?: ((deployment: Deployment, exitCode: number) => void) | undefined;
  /** Milliseconds that the command has between the signal to end and SIGKILL. */
  readonly gracePeriod: number;
  /** Whether the command gets the URL of the database. */
  readonly passDatabaseUrl: boolean;
  /** Whether the command goes on when the lease ends without contact to the database. */
  readonly continueWithoutContact?: boolean | undefined;
}

/** How many commands run in this process, which must not leave them behind. */
let running = 0;

/**
 * A whole deployment whose work is a command.
 * @returns the exit code of the command
 * @throws CancelledError when another one has cancelled the deployment
 */
export async function runCommand(
  session: Session,
  wayIn: WayIn,
  command: readonly string[],
  options: RunOptions,
): Promise<number> {
  const attended = await attend(session, options);
  const { journey } = attended;
  const guarded = guardCommand(() => {
    const left = formatDuration(options.gracePeriod);
    session.log.warn(`the command has exited, and processes that it has started still run; they have ${left} to end`);
  });
  try {
    const work = async (running: Running): Promise<Outcome<ChildEnd | undefined>> => {
      await attended.written();
      return journey.signal.aborted
        ? { result: undefined, failure: noteOfLateEnd(journey.signal) }
        : superviseCommand(session, attended, command, guarded, running, options);
    };
    const { gracePeriod: stopGrace, continueWithoutContact } = options;
    const { result, end } = await runDeployment(session.queue, wayIn, work, {
      ...journey,
      stopGrace,
      continueWithoutContact,
    });
    if (end.how === "untold" || end.how === "lost-contact") {
      throw end.error;
    }
    if (result === undefined) {
      throw journey.signal.reason;
    }
    const name = deploymentName(end.deployment);
    options.onEnd?.(end.deployment, result.exitCode);
    const note = end.deployment.cancellation_note;
    if (end.how === "cancelled") {
      const why = note === null ? "" : `: ${note}`;
      throw new CancelledError(
        `${name} was cancelled by ${cancellerName(end.cancellation)} while its command ran${why}`,
      );
    }
    const { exitCode, description } = result;
    const finished = exitCode === 0 ? "finished" : `had finished when its command ${description}`;
    session.log.info(`${name} ${end.how === "finished" ? finished : `failed: ${note}`}`);
    return exitCode;
  } finally {
    guarded.dismiss();
    attended.end();
  }
}

/** Runs the command to its end; signals and what stops the deployment end it and all that it has started. */
async function superviseCommand(
  { log, queue, url }: Session,
  attended: Attended,
  command: readonly string[],
  guarded: GuardedCommand,
  { deployment, keeper, stop: stopped, grace, lease, reserve }: Running,
  options: RunOptions,
): Promise<Outcome<ChildEnd>> {
  const { gracePeriod, continueWithoutContact } = options;
  if (grace() < gracePeriod) {
    const third = "a third of the environment's heartbeat timeout";
    log.info(`the command has ${formatDuration(grace())} to end when it is stopped, since that is ${third}`);
  }
  const stop = (signal: NodeJS.Signals): void => guarded.stop(signal, grace());
  const goOn = (): void => {
    // The keeper is first to notice, unless it is suspended.
    const later = (reserve() - grace()) / 3;
    const withoutContact = continueWithoutContact === true ? Number.POSITIVE_INFINITY : lease.left - reserve() + later;
    guarded.goOn(Math.min(withoutContact, lease.workLeft + later), grace());
  };
  // Before the command begins: a signal in between would end this process.
  attended.onSignal(stop);
  const ended = guarded.start({
    ...{ command, environment: environmentOf(options, deployment), deploymentId: deployment.id },
    ...{ contact: { url, actor: queue.database.actor, keeper }, grace: grace() },
  });
  lease.onRenewed(goOn);
  goOn();
  running += 1;
  const onStopped = (): void => {
    log.error(`${stopped.reason.message}; stopping the command`);
    stop("SIGTERM");
  };
  stopped.addEventListener("abort", onStopped, { once: true });
  if (stopped.aborted) {
    onStopped();
  }
  const childEnd = await ended;
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
  const { exitCode, description } = childEnd;
  // What was told to end has not succeeded, whatever it exits with.
  const failure = stopped.aborted ? `was stopped: ${stopped.reason.message}` : exitCode !== 0 && description;
  return { result: childEnd, failure: failure === false ? undefined : oneLine(`the command ${failure}`) };
}

/** The environment of the command, which knows what it deploys. What is not known is not that of a run around this one. */
function environmentOf(options: RunOptions, { version, artifact }: Deployment): NodeJS.ProcessEnv {
  return {
    ...callersEnvironment(options),
    DEPLOY_QUEUE_VERSION: version ?? undefined,
    DEPLOY_QUEUE_ARTIFACT: artifact ?? undefined,
  };
}

/** A URL that the command may not know leaves a mark: a deploy-queue in the command must not use another queue instead. */
function callersEnvironment({ passDatabaseUrl }: RunOptions): NodeJS.ProcessEnv {
  const url = process.env[databaseUrlVariable]?.trim();
  if (passDatabaseUrl || !url || url === "embedded") {
    return process.env;
  }
  const { PGPASSWORD: password, ...others } = process.env;
  const isOfQueue = connectionSettings(url).password === password;
  return { ...(isOfQueue ? others : process.env), [databaseUrlVariable]: withheldUrl };
}
