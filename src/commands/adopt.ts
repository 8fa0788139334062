import { Command, Option } from "clipanion";
import { confirm } from "../commandLine/confirm.js";
import type { Session } from "../commandLine/openSession.js";
import { options } from "../commandLine/options.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { withProgress } from "../display/progress.js";
import { RefusedError } from "../queue/errors.js";
import { adoptionTable } from "../tables/adoptionTable.js";
import { jsonText } from "../text/printable.js";

export class AdoptCommand extends QueueCommand {
  static override paths = [["adopt"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Take over the database of the predecessor",
    details: `
      Moves environments, deployments and their ids from the tables in the schema public into the queue, in one transaction.
      Views take the place of the tables: programs that use the old names go on working, and obey the rules. The tables are
      kept in the schema deploy_queue_predecessor.

      Shows what it will move, and asks on a terminal; a script needs \`--yes\`.

      Run it as the owner of the tables. It is refused while a deployment runs or waits, unless
      \`--with-running\` or \`--with-waiting\` is given.
      docs/adoption.md has the steps before and after, and the way back.
    `,
    examples: [
      ["What would happen", "deploy-queue adopt --dry-run"],
      ["Take it over, while deployments run", "deploy-queue adopt --with-running --with-waiting --yes"],
    ],
  });

  dryRun = options.dryRun();
  yes = options.yes();
  withRunning = Option.Boolean("--with-running", false, {
    description: "Also while deployments run; they go on and are finished under the old or the new names",
  });
  withWaiting = Option.Boolean("--with-waiting", false, {
    description: "Also while deployments wait; their programs go on waiting, in the line of the queue",
  });

  override perform(): Promise<number> {
    this.skipMigrations ||= this.dryRun;
    return super.perform();
  }

  override async act({ queue, log }: Session): Promise<number> {
    if (this.dryRun || !this.yes) {
      const items = await queue.adoption.preview(this);
      const stream = this.dryRun ? this.context.stdout : this.context.stderr;
      stream.write(`${this.dryRun && this.json ? jsonText(items) : adoptionTable(items)}\n`);
      const problems = items.filter(({ problem }) => problem !== null);
      if (problems.length > 0) {
        throw new RefusedError(`the predecessor cannot be adopted as it is: ${problems.length} problems`);
      }
    }
    if (this.dryRun) {
      return 0;
    }
    if (!this.yes) {
      await confirm("Move all of this into the queue?");
    }
    const items = await withProgress(log, "moving the tables of the predecessor", () => queue.adoption.adopt(this));
    this.print(adoptionTable(items), items);
    return 0;
  }
}
