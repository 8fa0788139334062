import type { Cell, Location, Whereabouts } from "../deployment.js";
import { Calls } from "./calls.js";

/** Cells by their names, such as prod-aws-us-west-2-cell-1. */
export class Cells extends Calls {
  /** Several when the name fits more than one, because the names of providers and regions contain "-". */
  named(name: string): Promise<Location[]> {
    return this.rows(
      (sql) => sql`
        select environment, cloud_provider as "cloudProvider", region, cell_index as "cellIndex"
        from deploy_queue.cells
        where format('%s-%s-%s-cell-%s', environment, cloud_provider, region, cell_index) = ${name}
        order by id`,
    );
  }

  /** @throws UnknownNameError when there is no cell there; it names those that are most like it */
  async require(where: Whereabouts): Promise<void> {
    await this.rows(
      (sql) => sql`
        select count(*) from deploy_queue.live_deployments(
          environment => ${where.environment ?? null},
          cloud_provider => ${where.cloudProvider ?? null},
          region => ${where.region ?? null},
          cell_index => ${where.cellIndex ?? null}
        )`,
    );
  }

  /** All cells but retired ones, in the order of their names. */
  all(): Promise<(Cell & { readonly slots: number })[]> {
    return this.rows(
      (sql) => sql`
        select environment, cloud_provider, region, cell_index as index, coalesce(cells.slots, environments.slots) as slots
        from deploy_queue.cells join deploy_queue.environments using (environment)
        where retired_at is null
        order by environment, cloud_provider, region, cell_index`,
    );
  }

  /** The names of all cells but retired ones. */
  async names(): Promise<string[]> {
    const rows = await this.rows<{ name: string }>(
      (sql) => sql`
        select format('%s-%s-%s-cell-%s', environment, cloud_provider, region, cell_index) as name
        from deploy_queue.cells
        where retired_at is null
        order by name`,
    );
    return rows.map(({ name }) => name);
  }
}
