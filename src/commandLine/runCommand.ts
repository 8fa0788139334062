import { passOnTo } from "../display/passOn.js";
import { environmentOf } from "../processes/environment.js";
import type { Deployment } from "../queue/deployment.js";
import type { WayIn } from "../queue/wayIn.js";
import { type LogChoice, openCommandLog } from "../supervision/commandLog.js";
import { runCommand as run } from "../supervision/runCommand.js";
import type { WorkOptions } from "../supervision/superviseCommands.js";
import { type AttendedOptions, attend } from "./journey.js";
import type { Session } from "./openSession.js";

export interface RunOptions extends AttendedOptions, WorkOptions, LogChoice {
  /** Whether the command gets the URL of the database. */
  readonly passDatabaseUrl: boolean;
  /** Told of the end, as the database knows it, and of the exit code of the command. */
  readonly onEnd?: ((deployment: Deployment, exitCode: number) => void) | undefined;
}

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
  const shown = { stdout: passOnTo(1), stderr: passOnTo(2) };
  const output = await openCommandLog(session, wayIn, options, shown);
  const attended = await attend(session, options);
  try {
    const { deployment, exitCode, message, error } = await run(session, attended, wayIn, {
      ...options,
      ...{ command, output, stdin: "inherit", onStart: attended.written },
      environment: (started) => environmentOf(started, options),
      nameOfRollback: "the command of --on-failure",
      cureOfUnverified: "Run it with --verify, or start it, and finish it with --verified.",
    });
    options.onEnd?.(deployment, exitCode);
    if (error !== undefined) {
      throw error;
    }
    session.log.info(message);
    return exitCode;
  } finally {
    attended.end();
  }
}
