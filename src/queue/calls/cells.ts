import { cellName, cellOf } from "../../text/describe.js";
import type { Cell, Location, Whereabouts } from "../deployment.js";
import { Calls, placed } from "./calls.js";

/** A row of deploy_queue.cells. */
interface CellRow {
  readonly environment: string;
  readonly cloud_provider: string;
  readonly region: string;
  readonly cell_index: number;
  readonly slots: number | null;
  readonly retired_at: Date | null;
}

/** Cells by their names, such as prod-aws-us-west-2-cell-1. */
export class Cells extends Calls {
  /** Several when the name fits more than one, because the names of providers and regions contain "-". */
  async named(name: string): Promise<Location[]> {
    const cells = await this.read<CellRow>("cells", { order: ["id"] });
    return cells
      .filter((cell) => cellName(cellOf(cell)) === name)
      .map(({ environment, cloud_provider: cloudProvider, region, cell_index: cellIndex }) => ({
        ...{ environment, cloudProvider, region, cellIndex },
      }));
  }

  /** @throws UnknownNameError when there is no cell there; it names those that are most like it */
  async require(where: Whereabouts): Promise<void> {
    // No component is nameless: only the place is looked for.
    await this.rows("live_deployments", { component: "", ...placed(where) });
  }

  /** All cells but retired ones, in the order of their names. */
  async all(environment?: string): Promise<(Cell & { readonly slots: number })[]> {
    const [cells, environments] = await Promise.all([
      this.#present(environment),
      this.read<{ environment: string; slots: number }>("environments", { where: { environment } }),
    ]);
    const slotsOf = new Map(environments.map((one) => [one.environment, one.slots]));
    return cells.map((cell) => ({ ...cellOf(cell), slots: cell.slots ?? slotsOf.get(cell.environment) ?? 1 }));
  }

  /** The names of all cells but retired ones. */
  async names(): Promise<string[]> {
    return (await this.#present()).map((cell) => cellName(cellOf(cell))).sort();
  }

  async #present(environment?: string): Promise<CellRow[]> {
    const order = ["environment", "cloud_provider", "region", "cell_index"];
    const cells = await this.read<CellRow>("cells", { where: { environment }, order });
    return cells.filter(({ retired_at }) => retired_at === null);
  }
}
