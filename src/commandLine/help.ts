import { Builtins } from "clipanion";
import { variables } from "./variables.js";

/** All commands, and the environment variables that they read. */
export class HelpCommand extends Builtins.HelpCommand {
  override async execute(): Promise<void> {
    await super.execute();
    const { header, bold } = this.cli.format();
    const entries = variables.map(
      ({ name, meaning, unset }) => `\n  ${bold(name)}\n    ${meaning}\n    Default: ${unset}\n`,
    );
    this.context.stdout.write(`\n${header("Environment variables")}\n${entries.join("")}`);
  }
}
