import { Command } from "clipanion";
import { confirm } from "../../commandLine/confirm.js";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument } from "../../commandLine/values.js";

export class EnvironmentRemoveCommand extends QueueCommand {
  static override paths = [["environment", "remove"]];

  static override usage = Command.Usage({
    category: "Environment",
    description: "Remove an environment that nothing was deployed to",
    details: `
      Its cells, freezes and maintenance windows go with it. Asks on a terminal; a script needs \`--yes\`. An environment with deployments
      is refused, since its history would go too. Where roles are in use, only an operator may do this.
    `,
    examples: [["A misspelt one", "deploy-queue environment remove stagnig --yes"]],
  });

  environment = argument("environment", (text) => text.trim());
  yes = options.yes();

  override async act({ queue, log }: Session): Promise<number> {
    const { environment: name } = this;
    const cells = await queue.boards.cells(name);
    const freezes = await queue.policies.freezes(name);
    const windows = await queue.policies.windows(name);
    if (!this.yes) {
      await confirm(
        `Remove environment ${name}? Its cells (${cells.length}), freezes (${freezes.length}) and windows (${windows.length}) go with it.`,
      );
    }
    const environment = await queue.environments.remove(name);
    log.info(`environment ${environment.environment} was removed`);
    this.printJson(environment);
    return 0;
  }
}
