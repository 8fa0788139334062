import { type BaseContext, Builtins, Cli, type Command } from "clipanion";
import { InvalidValueError } from "../database/errors.js";
import { jsonText } from "../text/printable.js";
import { reorderArguments } from "./arguments.js";
import { readableHelp } from "./metavariables.js";
import { groupText, overviewText, variablesText } from "./overview.js";
import { commandPaths, loadCommands } from "./registry.js";
import { beginsWith, reportError, usageErrorLine } from "./reportError.js";

const usage = 2;

/** Runs one command line and returns its exit code; errors have been printed. */
export async function runCli(
  given: readonly string[],
  version: string,
  context: BaseContext = Cli.defaultContext,
): Promise<number> {
  const args = helpAsOption(reorderArguments(given));
  const help = await helpText(args, version);
  if (help !== undefined) {
    context.stdout.write(help);
    return 0;
  }
  const cli = await createCli(version, meantBy(args));
  let command: Command;
  try {
    command = cli.process(args, context);
    refuseStrayWords(command, args);
    refuseContradiction(args);
  } catch (error) {
    if (error instanceof Error && "clipanion" in error) {
      const line = usageErrorLine(error, args, commandPaths);
      const message = line.trimEnd().replace(/^deploy-queue: /, "");
      context.stderr.write(
        args.includes("--json") ? `${jsonText({ event: "error", message, exit_code: usage })}\n` : line,
      );
      return usage;
    }
    return reportError(error, context);
  }
  return cli.run(command, context);
}

/** "help start" is "start --help", and so is "start 42 --help". */
function helpAsOption(args: string[]): string[] {
  const given = args[0] === "help" && args[1] !== "variables" ? [...args.slice(1), "--help"] : args;
  if (given.includes("--") || !/^(?:--help|-h)$/.test(given.at(-1) ?? "")) {
    return given;
  }
  const [path] = commandPaths.filter((one) => beginsWith(given, one)).toSorted((a, b) => b.length - a.length);
  return path === undefined ? given : [...path.split(" "), "--help"];
}

/** The help that is not about one command; undefined for all other command lines. */
async function helpText(args: readonly string[], version: string): Promise<string | undefined> {
  const bold = hasColors() ? (text: string) => `\u001b[1m${text}\u001b[22m` : (text: string) => text;
  const [word = "--help", option] = args;
  const isHelp = (text: string | undefined): boolean => text === "--help" || text === "-h";
  if (args.length <= 1 && isHelp(word)) {
    return overviewText(version, bold);
  }
  if (word === "help" && option === "variables") {
    return variablesText(bold);
  }
  // One that is a command of its own, such as freeze, has help of its own.
  const group = commandPaths.includes(word) ? [] : commandPaths.filter((path) => path.startsWith(`${word} `));
  return args.length === 2 && isHelp(option) && group.length > 0 ? groupText(await loadCommands(group)) : undefined;
}

function hasColors(): boolean {
  return process.stdout.isTTY === true && !process.env["NO_COLOR"];
}

/** The commands to load: the one that is named; without one, those that share its first word, else all. */
function meantBy(args: readonly string[]): readonly string[] {
  // It prints the options of all.
  if (args[0] === "completion") {
    return commandPaths;
  }
  const named = commandPaths.filter((path) => beginsWith(args, path));
  const related = commandPaths.filter((path) => path.split(" ", 1)[0] === args[0]);
  return [named, related, commandPaths].find((paths) => paths.length > 0) ?? [];
}

/** Of an option and its opposite, the parser takes the last one. */
function refuseContradiction(args: readonly string[]): void {
  const words = new Set(args.slice(0, args.includes("--") ? args.indexOf("--") : args.length));
  for (const word of words) {
    const opposite = word.replace(/^--/, "--no-");
    if (word.startsWith("--") && words.has(opposite) && opposite !== word) {
      throw new InvalidValueError(`${word} and ${opposite} exclude each other`);
    }
  }
}

/** Without "--", options of the script would be taken for ours. The script could then deploy to another place than its line's. */
function refuseStrayWords(command: Command, args: readonly string[]): void {
  if (!("command" in command && Array.isArray(command.command))) return;
  const behind = args.includes("--") ? args.slice(args.indexOf("--") + 1) : [];
  if (command.command.length !== behind.length) {
    throw new InvalidValueError(`put "--" before the command that is to run: -- ${command.command.join(" ")}`);
  }
}

/** The parser with these commands; where it has all of them, also with the version. */
export async function createCli(version: string, paths = commandPaths): Promise<Cli> {
  const commands = await loadCommands(paths);
  const builtins = paths === commandPaths ? [Builtins.VersionCommand] : [];
  const cli = new ReadableCli({
    enableColors: hasColors(),
    binaryLabel: "deploy-queue",
    binaryName: "deploy-queue",
    binaryVersion: version,
  });
  for (const command of [...builtins, ...commands]) {
    cli.register(command);
  }
  return cli;
}

/** Its help says what the value of an option is. */
class ReadableCli extends Cli {
  override usage(...args: Parameters<Cli["usage"]>): string {
    return readableHelp(super.usage(...args));
  }
}
