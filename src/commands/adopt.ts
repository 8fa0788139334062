import { Command, Option } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { RefusedError } from "../queue/errors.js";
import { adoptionTable } from "../tables/adoptionTable.js";

export class AdoptCommand extends QueueCommand {
  static override paths = [["adopt"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Take over the database of the predecessor",
    details: `
      Moves environments, deployments and their ids from the tables in the schema public into the queue, in one transaction.
      Views take the place of the tables: programs that use the old names go on working, and obey the rules. The tables are
      kept in the schema deploy_queue_predecessor.

      Run it as the owner of the tables. It is refused while a deployment runs, unless \`--with-running\` is given.
      docs/adoption.md has the steps before and after, and the way back.
    `,
    examples: [
      ["What would happen", "deploy-queue adopt --dry-run"],
      ["Take it over, while deployments run", "deploy-queue adopt --with-running"],
    ],
  });

  dryRun = Option.Boolean("--dry-run", false, { description: "Say what would happen, and change nothing" });

  withRunning = Option.Boolean("--with-running", false, {
    description: "Also while deployments run; they go on and are finished under the old or the new names",
  });

  override perform(): Promise<number> {
    this.skipMigrations ||= this.dryRun;
    return super.perform();
  }

  override async act({ queue }: Session): Promise<number> {
    const items = await (this.dryRun
      ? queue.adoption.preview(this.withRunning)
      : queue.adoption.adopt(this.withRunning));
    this.print(adoptionTable(items), items);
    const problems = items.filter(({ problem }) => problem !== null);
    if (problems.length > 0) {
      throw new RefusedError(`the predecessor cannot be adopted as it is: ${problems.length} problems`);
    }
    return 0;
  }
}
