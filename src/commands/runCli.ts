import { Cli } from "clipanion";
import { reorderArguments } from "./arguments.js";
import { commands } from "./registry.js";
import { reportError } from "./reportError.js";

/** Runs one command line and returns its exit code; errors have been printed. */
export async function runCli(args: readonly string[], version: string): Promise<number> {
  const cli = createCli(version);
  try {
    return await cli.run(cli.process(args.length === 0 ? ["--help"] : reorderArguments(args)));
  } catch (error) {
    return reportError(error);
  }
}

export function createCli(version: string): Cli {
  const enableColors = process.stdout.isTTY === true && !process.env["NO_COLOR"];
  const cli = new Cli({ enableColors, binaryLabel: "deploy-queue", binaryName: "deploy-queue", binaryVersion: version });
  for (const command of commands) {
    cli.register(command);
  }
  return cli;
}
