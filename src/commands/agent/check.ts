import { Command, Option } from "clipanion";
import { readAgentFile } from "../../agent/readAgentFile.js";
import { readUsableFile } from "../../agent/readUsableFile.js";
import { BaseCommand } from "../../commandLine/baseCommand.js";
import { cellName } from "../../text/describe.js";

export class AgentCheckCommand extends BaseCommand {
  static override paths = [["agent", "check"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Examine the file of an agent",
    details: `
      Prints each problem as a line that begins with the file, the line and the column, and exits with 2 when there is one. Examines
      also whether this machine has what the file names: directories, users, and files and variables with secrets. Commands
      that print secrets are not run.
    `,
    examples: [
      ["Before the agent starts", "deploy-queue agent check --config /etc/deploy-queue/agent.yaml"],
      ["On another machine, such as in CI", "deploy-queue agent check --file-only"],
    ],
  });

  config = Option.String("--config", "agent.yaml", {
    description: "The file with the targets; agent.yaml by default",
  });
  fileOnly = Option.Boolean("--file-only", false, { description: "Examine the file, and not this machine" });

  override async perform(): Promise<number> {
    const { settings, problems } = this.fileOnly ? readAgentFile(this.config) : await readUsableFile(this.config);
    const targets = settings?.targets ?? [];
    const places = targets.map(
      ({ name, environment, cloudProvider, region, cellIndex }) =>
        `${name}: ${cellName({ environment, cloud_provider: cloudProvider, region, index: cellIndex })}`,
    );
    this.print([...problems, ...places].join("\n"), { problems, targets: targets.map(({ name }) => name) });
    return settings === undefined ? 2 : 0;
  }
}
