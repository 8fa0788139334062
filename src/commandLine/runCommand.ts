import type { ChildEnd } from "../processes/childProcess.js";
import { environmentOf } from "../processes/environment.js";
import type { Deployment } from "../queue/deployment.js";
import { CancelledError, RefusedError } from "../queue/errors.js";
import { type Outcome, type Running, runDeployment } from "../queue/run.js";
import { unverified } from "../queue/tellOutcome.js";
import type { WayIn } from "../queue/wayIn.js";
import { guardCommand } from "../supervision/guardedCommand.js";
import { superviseCommands, type WorkOptions } from "../supervision/superviseCommands.js";
import { cancellerName, deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import { type LogChoice, openCommandLog } from "./commandLog.js";
import { type AttendedOptions, attend, noteOfLateEnd } from "./journey.js";
import type { Session } from "./openSession.js";

export interface RunOptions extends AttendedOptions, WorkOptions, LogChoice {
  /** Whether the command gets the URL of the database. */
  readonly passDatabaseUrl: boolean;
  /** Told of the end, as the database knows it, and of the exit code of the command. */
  readonly onEnd?: ((deployment: Deployment, exitCode: number) => void) | undefined;
}

const cureOfUnverified = "Run it with --verify, or start it, and finish it with --verified.";

/**
 * A whole deployment whose work is a command.
 * @returns the exit code of the command; 4 when it has succeeded and was not verified
 * @throws CancelledError when another one has cancelled the deployment; RefusedError when it has failed whose command has succeeded; what takeTurn throws
 */
export async function runCommand(
  session: Session,
  wayIn: WayIn,
  command: readonly string[],
  options: RunOptions,
): Promise<number> {
  // A signal may end this process as long as nothing has entered the line.
  const commandLog = await openCommandLog(session, wayIn, options);
  const attended = await attend(session, options);
  const { journey } = attended;
  const onLinger = (): void => {
    const left = formatDuration(options.gracePeriod);
    session.log.warn(`the command has exited, and processes that it has started still run; they have ${left} to end`);
  };
  const guarded = guardCommand(onLinger, commandLog?.onOutput, "inherit");
  try {
    const work = async (running: Running): Promise<Outcome<ChildEnd | undefined>> => {
      await attended.written();
      if (journey.signal.aborted) {
        return { result: undefined, failure: noteOfLateEnd(journey.signal) };
      }
      const log = commandLog?.begin(running) ?? session.log;
      const outcome = await superviseCommands({ ...session, log }, attended, guarded, running, {
        ...options,
        steps: [{ name: "the command", words: command }],
        environment: environmentOf(running.deployment, options),
        nameOfRollback: "the command of --on-failure",
      });
      await commandLog?.end(outcome.failure);
      return outcome;
    };
    const { gracePeriod: stopGrace, continueWithoutContact, verification } = options;
    const { result, end } = await runDeployment(session.queue, wayIn, work, {
      ...journey,
      stopGrace,
      continueWithoutContact,
      cureOfUnverified: verification === undefined ? cureOfUnverified : undefined,
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
    if (exitCode === 0 && end.how === "failed") {
      throw new RefusedError(`${name} failed: ${note}`, { hint: note === unverified ? cureOfUnverified : undefined });
    }
    const finished = exitCode === 0 ? "finished" : `had finished when its command ${description}`;
    session.log.info(`${name} ${end.how === "finished" ? finished : `failed: ${note}`}`);
    return exitCode;
  } finally {
    guarded.dismiss();
    await commandLog?.written();
    attended.end();
  }
}
