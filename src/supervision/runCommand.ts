import type { ChildEnd } from "../processes/childProcess.js";
import type { Deployment } from "../queue/deployment.js";
import { CancelledError, type DeployQueueError, RefusedError } from "../queue/errors.js";
import type { JourneyOptions } from "../queue/journey.js";
import { type Ending, type Outcome, type Running, runDeployment } from "../queue/run.js";
import { unverified } from "../queue/tellOutcome.js";
import type { WayIn } from "../queue/wayIn.js";
import { cancellerName, deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import type { CommandOutput } from "./commandLog.js";
import { guardCommand } from "./guardedCommand.js";
import { type Attention, type Keeper, superviseCommands, type WorkOptions } from "./superviseCommands.js";

/** A run that a person or a workflow attends. */
export interface Attended extends Attention {
  readonly journey: JourneyOptions & { readonly signal: AbortSignal };
}

export interface CommandOptions extends WorkOptions {
  readonly command: readonly string[];
  readonly environment: (deployment: Deployment) => NodeJS.ProcessEnv;
  readonly directory?: string | undefined;
  /** Undefined: the command has the streams of this process. */
  readonly output: CommandOutput | undefined;
  /** With output: the one of the command. */
  readonly stdin: "ignore" | "inherit";
  /** Called between the start and the command, which does not begin when the signal of the journey is aborted after that. */
  readonly onStart: (deployment: Deployment) => Promise<void>;
  /** Such as "the command of --on-failure". */
  readonly nameOfRollback: string;
  readonly cureOfUnverified: string;
}

/** How a deployment whose work is a command has ended. */
export interface CommandEnd {
  readonly deployment: Deployment;
  /** Of the command; 4 when it has succeeded and was not verified. */
  readonly exitCode: number;
  /** How the deployment has ended, in one line. */
  readonly message: string;
  /** Why it has not finished, unless that is the end of the command. CancelledError: another one has cancelled it. */
  readonly error: DeployQueueError | undefined;
}

/**
 * A whole deployment whose work is a command under a watchdog.
 * @throws what takeTurn throws; and why the outcome was not told
 */
export async function runCommand(
  keeper: Keeper,
  attended: Attended,
  wayIn: WayIn,
  options: CommandOptions,
): Promise<CommandEnd> {
  const { journey } = attended;
  const { output, gracePeriod, continueWithoutContact, verification } = options;
  const onLinger = (): void => {
    const left = formatDuration(gracePeriod);
    keeper.log.warn(`the command has exited, and processes that it has started still run; they have ${left} to end`);
  };
  const guarded = guardCommand(onLinger, output?.onOutput, options.stdin);
  try {
    const work = async (running: Running): Promise<Outcome<ChildEnd | undefined>> => {
      await options.onStart(running.deployment);
      if (journey.signal.aborted) {
        return { result: undefined, failure: noteOfLateEnd(journey.signal) };
      }
      const log = output?.begin(running) ?? keeper.log;
      const outcome = await superviseCommands({ ...keeper, log }, attended, guarded, running, {
        ...options,
        steps: [{ name: "the command", words: options.command }],
        environment: options.environment(running.deployment),
      });
      await output?.end(outcome.failure);
      return outcome;
    };
    const cureOfUnverified = verification === undefined ? options.cureOfUnverified : undefined;
    const { result, end } = await runDeployment(keeper.queue, wayIn, work, {
      ...journey,
      ...{ stopGrace: gracePeriod, continueWithoutContact, cureOfUnverified },
    });
    if (end.how === "untold" || end.how === "lost-contact") {
      throw end.error;
    }
    if (result === undefined) {
      throw journey.signal.reason;
    }
    return commandEnd(end, result, options.cureOfUnverified);
  } finally {
    guarded.dismiss();
    await output?.written();
  }
}

/** Why a deployment that has just started is cancelled. */
export function noteOfLateEnd({ reason }: AbortSignal): string {
  return `gave up at the start: ${reason.message}`;
}

function commandEnd(
  end: Exclude<Ending, { readonly error: unknown }>,
  { exitCode, description }: ChildEnd,
  cureOfUnverified: string,
): CommandEnd {
  const { deployment } = end;
  const name = deploymentName(deployment);
  const note = deployment.cancellation_note;
  if (end.how === "cancelled") {
    const why = note === null ? "" : `: ${note}`;
    const message = `${name} was cancelled by ${cancellerName(end.cancellation)} while its command ran${why}`;
    return { deployment, exitCode, message, error: new CancelledError(message) };
  }
  if (end.how === "finished") {
    const finished = exitCode === 0 ? "finished" : `had finished when its command ${description}`;
    return { deployment, exitCode, message: `${name} ${finished}`, error: undefined };
  }
  const message = `${name} failed: ${note}`;
  const hint = note === unverified ? cureOfUnverified : undefined;
  return { deployment, exitCode, message, error: exitCode === 0 ? new RefusedError(message, { hint }) : undefined };
}
