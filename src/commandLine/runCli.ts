import { Cli, type Command } from "clipanion";
import { InvalidValueError } from "../database/errors.js";
import { reorderArguments } from "./arguments.js";
import { commands } from "./registry.js";
import { reportError, reportUsageError } from "./reportError.js";

/** Runs one command line and returns its exit code; errors have been printed. */
export async function runCli(given: readonly string[], version: string): Promise<number> {
  const args = given.length === 0 ? ["--help"] : reorderArguments(given);
  const cli = createCli(version, args[0]);
  let command: Command;
  try {
    command = cli.process(args);
    refuseStrayWords(command, args);
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

/** A script whose words are not all behind "--" would lose its options to ours: it could deploy elsewhere than it stood in line. */
function refuseStrayWords(command: Command, args: readonly string[]): void {
  if (!("command" in command && Array.isArray(command.command))) return;
  const behind = args.includes("--") ? args.slice(args.indexOf("--") + 1) : [];
  if (command.command.length !== behind.length) {
    throw new InvalidValueError(`put "--" before the command that is to run: -- ${command.command.join(" ")}`);
  }
}

/** Of the commands those whose path begins with the first word; all, if none does, as for help. Few are read faster. */
export function createCli(version: string, first = "--help"): Cli {
  const enableColors = process.stdout.isTTY === true && !process.env["NO_COLOR"];
  const cli = new Cli({
    enableColors,
    binaryLabel: "deploy-queue",
    binaryName: "deploy-queue",
    binaryVersion: version,
  });
  const named = first.startsWith("-") ? [] : commands.filter(({ paths }) => paths?.some(([word]) => word === first));
  for (const command of named.length > 0 ? named : commands) {
    cli.register(command);
  }
  return cli;
}
