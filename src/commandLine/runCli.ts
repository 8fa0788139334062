import { type BaseContext, Builtins, Cli, type Command } from "clipanion";
import { InvalidValueError } from "../database/errors.js";
import { reorderArguments } from "./arguments.js";
import { HelpCommand } from "./help.js";
import { commandPaths, loadCommands } from "./registry.js";
import { beginsWith, reportError, usageErrorLine } from "./reportError.js";

const usage = 2;

/** Runs one command line and returns its exit code; errors have been printed. */
export async function runCli(
  given: readonly string[],
  version: string,
  context: BaseContext = Cli.defaultContext,
): Promise<number> {
  const args = given.length === 0 ? ["--help"] : reorderArguments(given);
  const cli = await createCli(version, meantBy(args));
  let command: Command;
  try {
    command = cli.process(args, context);
    refuseStrayWords(command, args);
  } catch (error) {
    if (error instanceof Error && "clipanion" in error) {
      context.stderr.write(usageErrorLine(error, args, commandPaths));
      return usage;
    }
    return reportError(error, context);
  }
  return cli.run(command, context);
}

/** The command that is named; without one, those that share its first word, else all. */
function meantBy(args: readonly string[]): readonly string[] {
  const named = commandPaths.filter((path) => beginsWith(args, path));
  const related = commandPaths.filter((path) => path.split(" ", 1)[0] === args[0]);
  return [named, related, commandPaths].find((paths) => paths.length > 0) ?? [];
}

/** Without "--", options of the script would be taken for ours. The script could then deploy to another place than its line's. */
function refuseStrayWords(command: Command, args: readonly string[]): void {
  if (!("command" in command && Array.isArray(command.command))) return;
  const behind = args.includes("--") ? args.slice(args.indexOf("--") + 1) : [];
  if (command.command.length !== behind.length) {
    throw new InvalidValueError(`put "--" before the command that is to run: -- ${command.command.join(" ")}`);
  }
}

/** The parser with these commands; where it has all of them, also with help and version. */
export async function createCli(version: string, paths = commandPaths): Promise<Cli> {
  const commands = await loadCommands(paths);
  const builtins = paths === commandPaths ? [HelpCommand, Builtins.VersionCommand] : [];
  const cli = new ReadableCli({
    enableColors: process.stdout.isTTY === true && !process.env["NO_COLOR"],
    binaryLabel: "deploy-queue",
    binaryName: "deploy-queue",
    binaryVersion: version,
  });
  for (const command of [...builtins, ...commands]) {
    cli.register(command);
  }
  return cli;
}

/** Its help has "…" for the value of an option, where clipanion has "#0". */
class ReadableCli extends Cli {
  override usage(...args: Parameters<Cli["usage"]>): string {
    return super.usage(...args).replace(/(--[a-z-]+) #\d+/g, "$1 …");
  }
}
