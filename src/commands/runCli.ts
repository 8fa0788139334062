import { Cli, type Command } from "clipanion";
import { reorderArguments } from "./arguments.js";
import { commands } from "./registry.js";
import { reportError, reportUsageError } from "./reportError.js";

/** Runs one command line and returns its exit code; errors have been printed. */
export async function runCli(given: readonly string[], version: string): Promise<number> {
  const cli = createCli(version);
  const args = given.length === 0 ? ["--help"] : reorderArguments(given);
  let command: Command;
  try {
    command = cli.process(args);
  } catch (error) {
    if (error instanceof Error && "clipanion" in error) {
      return reportUsageError(
        error,
        args,
        commands.flatMap((known) => known.paths ?? []).map((path) => path.join(" ")),
      );
    }
    return reportError(error);
  }
  return cli.run(command);
}

export function createCli(version: string): Cli {
  const enableColors = process.stdout.isTTY === true && !process.env["NO_COLOR"];
  const cli = new Cli({
    enableColors,
    binaryLabel: "deploy-queue",
    binaryName: "deploy-queue",
    binaryVersion: version,
  });
  for (const command of commands) {
    cli.register(command);
  }
  return cli;
}
