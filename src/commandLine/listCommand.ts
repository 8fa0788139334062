import type { Queue } from "../queue/queue.js";
import type { Session } from "./openSession.js";
import { QueueCommand } from "./queueCommand.js";
import { optionalText } from "./values.js";

/** A command that lists rows of all environments, or of one. */
export abstract class ListCommand<Row> extends QueueCommand {
  environment = optionalText("--environment", "Only this environment");

  /** What a person reads where there is nothing to list. */
  abstract readonly nothing: string;

  abstract rows(queue: Queue): Promise<Row[]>;

  abstract table(rows: readonly Row[]): string;

  override async act({ queue }: Session): Promise<number> {
    if (this.environment !== undefined) {
      await queue.environments.get(this.environment);
    }
    const rows = await this.rows(queue);
    this.print(rows.length === 0 ? this.nothing : this.table(rows), rows);
    return 0;
  }
}
