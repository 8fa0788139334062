import { isAbout, type Placed as Listed } from "../queue/calls/placeStatus.js";
import type { Queue } from "../queue/queue.js";
import type { Session } from "./openSession.js";
import { PlacedCommand } from "./placedCommand.js";
import { optionalText } from "./values.js";

export type { Listed };

/** A command that lists rows of all places, or of one. */
export abstract class ListCommand<Row extends Listed> extends PlacedCommand {
  // An empty one is none: to list more than was meant does no harm.
  override environment = optionalText("-e,--environment", "Environment, such as dev or prod");

  /** What a person reads where there is nothing to list. */
  abstract readonly nothing: string;

  abstract rows(queue: Queue, environment: string | undefined): Promise<Row[]>;

  abstract table(rows: readonly Row[]): string;

  override async act({ queue }: Session): Promise<number> {
    const place = await this.whereabouts(queue);
    await queue.cells.require(place);
    const rows = (await this.rows(queue, place.environment)).filter((row) => isAbout(row, place));
    this.print(rows.length === 0 ? this.nothing : this.table(rows), rows);
    return 0;
  }
}
