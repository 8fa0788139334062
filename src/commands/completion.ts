import { Command } from "clipanion";
import { BaseCommand } from "../commandLine/baseCommand.js";
import { completionScript, type Shell, shells } from "../commandLine/completions.js";
import { argument } from "../commandLine/values.js";
import { InvalidValueError } from "../database/errors.js";

export class CompletionCommand extends BaseCommand {
  static override paths = [["completion"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Print a script for bash, zsh or fish that completes commands and options",
    details: "The script holds all names itself: print it again after an update of this program.",
    examples: [
      ["For this session of bash", 'eval "$(deploy-queue completion bash)"'],
      ["For fish, from now on", "deploy-queue completion fish > ~/.config/fish/completions/deploy-queue.fish"],
    ],
  });

  shell = argument("shell", parseShell);

  override async perform(): Promise<number> {
    const commands = this.cli.definitions().map(({ path, options }) => ({
      path: path.replace(/^deploy-queue ?/, "").replace(/(?:^| +)[[<-].*$/, ""),
      options: options.flatMap(({ definition }) => definition.match(/--[a-z-]+/) ?? []),
    }));
    const script = completionScript(this.shell, commands);
    this.print(script, { script });
    return 0;
  }
}

function parseShell(text: string): Shell {
  const shell = shells.find((known) => known === text);
  if (shell === undefined) {
    throw new InvalidValueError(`completion is there for ${shells.join(", ")}, not for "${text}"`);
  }
  return shell;
}
