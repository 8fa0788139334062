import type postgres from "postgres";
import type { Sql } from "../../database/client.js";
import type { Database } from "../../database/database.js";
import type { Cell } from "../deployment.js";
import { Calls } from "./calls.js";
import type { Environments } from "./environments.js";

/** A running one of deploy_queue.current_deployments; durations in seconds. */
export interface RunningDeployment extends Omit<Cell, "index"> {
  readonly deployment_id: number;
  readonly cell_index: number;
  readonly component: string;
  readonly version: string | null;
  readonly url: string | null;
  readonly start_timestamp: Date;
  readonly current_duration: number;
  /** How long its component usually takes in this cell; null without history. */
  readonly avg_duration: number | null;
  /** After how long it is an outlier; null with fewer than two samples. */
  readonly outlier_duration: number | null;
  /** How long ago its last heartbeat came; null when nobody promised any. */
  readonly heartbeat_age: number | null;
}

/** A row of deploy_queue.outliers; durations in seconds. */
export interface Outlier extends Omit<Cell, "index"> {
  readonly id: number;
  readonly cell_index: number;
  readonly component: string;
  readonly version: string | null;
  readonly url: string | null;
  readonly note: string | null;
  readonly current_duration: number;
  readonly avg_duration: number;
  readonly stddev_duration: number;
}

/** What runs where. */
export class Boards extends Calls {
  readonly #environments: Environments;

  constructor(database: Database, environments: Environments) {
    super(database);
    this.#environments = environments;
  }

  /** Everybody who runs, or who runs in one environment. */
  async running(environment?: string): Promise<RunningDeployment[]> {
    if (environment !== undefined) {
      await this.#environments.get(environment);
    }
    return this.rows(
      (sql) => sql`
        select
          deployment_id, current.environment, current.cloud_provider, current.region, current.cell_index,
          current.component, current.version, current.url, current.start_timestamp,
          extract(epoch from current_duration)::float8 as current_duration,
          extract(epoch from avg_duration)::float8 as avg_duration,
          extract(epoch from outlier_duration)::float8 as outlier_duration,
          -- The start and the duration since then make the now of the view.
          extract(epoch from current.start_timestamp + current_duration - heartbeat_timestamp)::float8 as heartbeat_age
        from deploy_queue.current_deployments as current
        join deploy_queue.deployments_with_status as deployment on deployment.id = deployment_id
        where current_status = 'running'
          and (${environment ?? null}::text is null or current.environment = ${environment ?? null})
        order by current.environment, current.cloud_provider, current.region, current.cell_index, deployment_id`,
    );
  }

  /** @throws InvalidValueError for an environment that does not exist */
  async cells(environment: string): Promise<Cell[]> {
    await this.#environments.get(environment);
    return this.rows(
      (sql) => sql`
        select environment, cloud_provider, region, cell_index as index
        from deploy_queue.cells
        where environment = ${environment}
        order by cloud_provider, region, cell_index`,
    );
  }

  outliers(): Promise<Outlier[]> {
    return this.rows((sql) => sql`select ${outlier(sql)} from deploy_queue.outliers order by id`);
  }
}

export function outlier(sql: Sql): postgres.PendingQuery<postgres.Row[]> {
  return sql`
    id, environment, cloud_provider, region, cell_index, component, version, url, note,
    extract(epoch from current_duration)::float8 as current_duration,
    extract(epoch from avg_duration)::float8 as avg_duration,
    extract(epoch from stddev_duration)::float8 as stddev_duration`;
}
