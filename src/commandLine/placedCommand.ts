import { InvalidValueError } from "../database/errors.js";
import type { Location, Whereabouts } from "../queue/deployment.js";
import { UnknownNameError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { nearestNames } from "../text/nearest.js";
import { options } from "./options.js";
import { requireParts } from "./placeParts.js";
import { choose, commandLineSource, type Source } from "./placeSources.js";
import { QueueCommand } from "./queueCommand.js";

/** A command whose options name a place, or as much of one as is meant. */
export abstract class PlacedCommand extends QueueCommand {
  cell = options.cell();
  environment = options.environment();
  provider = options.provider();
  region = options.region();
  cellIndex = options.cellIndex();

  /** The parts that it cannot do without, where no cell is named. */
  readonly needed: readonly (keyof Location)[] = [];

  protected get given(): Source {
    const { cell, environment, provider: cloudProvider, region, cellIndex } = this;
    return commandLineSource({ cell, environment, cloudProvider, region, cellIndex });
  }

  override perform(): Promise<number> {
    // What is missing or named twice is said without a database.
    const { cell } = choose([this.given]);
    if (cell === undefined) {
      requireParts(this.given, this.needed);
    }
    return super.perform();
  }

  /** What the options name, and nothing else: neither variables nor a file narrow what a command lists or stops. */
  protected async whereabouts(queue: Queue): Promise<Whereabouts> {
    const { cell, environment, cloudProvider, region, cellIndex } = this.given;
    return cell === undefined ? { environment, cloudProvider, region, cellIndex } : cellByName(queue, cell);
  }
}

/** @throws UnknownNameError, or InvalidValueError for a name that fits two cells */
export async function cellByName(queue: Queue, name: string): Promise<Location> {
  const [cell, other] = await queue.cells.named(name);
  if (cell === undefined) {
    const nearest = nearestNames(name, await queue.cells.names());
    const hint = nearest.length > 0 ? `Most like it: ${nearest.join(", ")}. ` : "";
    throw new UnknownNameError(`no cell has the name ${name}`, {
      hint: `${hint}A new cell needs --environment, --provider, --region and --cell-index.`,
    });
  }
  if (other !== undefined) {
    throw new InvalidValueError(`the name ${name} fits two cells: ${optionsOf(cell)}, and ${optionsOf(other)}`, {
      hint: "Give these options instead.",
    });
  }
  return cell;
}

function optionsOf({ environment, cloudProvider, region, cellIndex }: Location): string {
  return `--environment ${environment} --provider ${cloudProvider} --region ${region} --cell-index ${cellIndex}`;
}
