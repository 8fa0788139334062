import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { environmentTable } from "../../tables/environmentTable.js";

export class EnvironmentListCommand extends QueueCommand {
  static override paths = [["environment", "list"]];

  static override usage = Command.Usage({
    category: "Environment",
    description: "List the environments and their policies",
    details: `
      Below an environment stand the components that demand otherwise, with what they inherit in parentheses. With \`--json\` each
      environment has them as \`components\`, with null for what is inherited. Durations are in seconds there.
    `,
  });

  override async act({ queue }: Session): Promise<number> {
    const environments = await queue.environments.list();
    const components = await queue.environments.components();
    const documents = environments.map((environment) => ({
      ...environment,
      components: components.filter((component) => component.environment === environment.environment),
    }));
    this.print(environmentTable(environments, components), documents);
    return 0;
  }
}
