import type postgres from "postgres";
import type { Sql } from "../../database/client.js";
import type { Database } from "../../database/database.js";
import type { Cell, DeploymentStatus, DeploymentWithStatus, Whereabouts } from "../deployment.js";
import { Calls } from "./calls.js";
import type { Environments } from "./environments.js";

/** A component in a cell. */
interface InCell extends Omit<Cell, "index"> {
  readonly cell_index: number;
  readonly component: string;
}

/** One of deploy_queue.current_deployments; durations in seconds. */
export interface RunningDeployment extends InCell {
  readonly deployment_id: number;
  readonly version: string | null;
  readonly url: string | null;
  readonly status: "running" | "verifying" | "stopping" | "buffering";
  readonly sequence: number | null;
  /** Which slot of the cell it has. */
  readonly slot: number;
  /** Who entered it. */
  readonly actor: string | null;
  readonly start_timestamp: Date;
  readonly current_duration: number;
  /** How long its component usually takes in this cell; null without history. */
  readonly avg_duration: number | null;
  /** After how long it is an outlier; null with fewer than two samples. */
  readonly outlier_duration: number | null;
  /** How long ago its last heartbeat came; null when none were promised. */
  readonly heartbeat_age: number | null;
  /** Whether its lease is over: the next look of a waiter, or of the worker, reaps it. */
  readonly is_silent: boolean;
  /** Who has asked it to stop, when, and when its work has ended or is killed; null where that is not known. */
  readonly stopped_by: string | null;
  readonly stop_timestamp: Date | null;
  readonly stops_by: Date | null;
  /** Since when its work is done and is being checked. */
  readonly verifying_since: Date | null;
  /** Since when it runs without a keeper, once that is too long: it never ends by itself. */
  readonly unkept_since: Date | null;
  /** When its buffer is over; null unless it is buffering. */
  readonly buffering_until: Date | null;
  /** The moment of all this. */
  readonly as_of: Date;
}

/** A row of deploy_queue.outliers; durations in seconds. */
export interface Outlier extends InCell {
  readonly id: number;
  readonly version: string | null;
  readonly url: string | null;
  readonly note: string | null;
  readonly current_duration: number;
  readonly avg_duration: number;
  readonly stddev_duration: number;
}

/** A row of deploy_queue.latest_deployments. */
export interface LatestDeployment extends InCell {
  /** The newest version of the component in the environment. */
  readonly version: string;
  /** Of that version in this cell; pending where the cell has not seen it yet. */
  readonly component_status: DeploymentStatus | "pending";
  /** Empty while it is pending. */
  readonly job_url: string | null;
  readonly created_at: Date | null;
  /** The newest deployment of the component in this cell, and its version. */
  readonly deployment_id: number;
  readonly cell_version: string;
}

/** A row of deploy_queue.finished_deployments. */
export interface FinishedDeployment extends InCell {
  readonly deployment_id: number;
  readonly version: string | null;
  readonly url: string | null;
  readonly start_timestamp: Date;
  readonly finish_timestamp: Date;
  readonly created_at: Date;
}

/** A row of deploy_queue.cell_timeline: the run of a deployment, or the buffer after it. */
export interface Occupation extends InCell {
  readonly deployment_id: number;
  readonly version: string | null;
  readonly state: "running" | "cancelled" | "buffering";
  readonly held_from: Date;
  /** Null while it is running. */
  readonly held_until: Date | null;
}

/** A row of deploy_queue.deployment_duration_analytics; durations in seconds. */
export interface UsualDuration extends InCell {
  readonly deployment_count: number;
  readonly avg_duration: number;
  readonly stddev_duration: number | null;
}

/** A row of deploy_queue.stuck_deployments. */
export interface StuckDeployment {
  readonly deployment_id: number;
  /** silent, unkept, slow, or idle: it may start and does not. */
  readonly kind: string;
  readonly since: Date;
  readonly text: string;
}

/** Selects deployments; a field that is undefined selects nothing out. */
export interface DeploymentFilter extends Whereabouts {
  readonly since: Date;
  readonly limit: number;
  readonly component?: string | undefined;
  readonly version?: string | undefined;
  readonly status?: string | undefined;
  /** The actor, or the role that entered it. */
  readonly by?: string | undefined;
}

/** What runs where, and what has run. */
export class Boards extends Calls {
  readonly #environments: Environments;

  constructor(database: Database, environments: Environments) {
    super(database);
    this.#environments = environments;
  }

  /** The deployments that run, or those of one environment. */
  running(environment?: string): Promise<RunningDeployment[]> {
    return this.#holders(["running", "verifying", "stopping"], environment);
  }

  /** The same, and those whose buffer is not over. */
  holders(environment?: string): Promise<RunningDeployment[]> {
    return this.#holders(["running", "verifying", "stopping", "buffering"], environment);
  }

  #holders(states: readonly string[], environment: string | undefined): Promise<RunningDeployment[]> {
    return this.rows(
      (sql) => sql`
        select
          deployment_id, current.environment, current.cloud_provider, current.region, current.cell_index,
          current.component, current.version, current.url, current_status as status, current.sequence,
          deployment.slot, current.actor, current.start_timestamp,
          extract(epoch from current_duration)::float8 as current_duration,
          extract(epoch from avg_duration)::float8 as avg_duration,
          extract(epoch from outlier_duration)::float8 as outlier_duration,
          -- The start and the duration since then make the now of the view.
          extract(epoch from current.start_timestamp + current_duration - heartbeat_timestamp)::float8 as heartbeat_age,
          exists (
            select from deploy_queue.stuck_deployments as stuck
            where stuck.deployment_id = current.deployment_id and stuck.kind = 'silent'
          ) as is_silent,
          stopped_by, current.stop_timestamp, stops_by, current.verifying_since, unkept_since,
          current.buffering_until,
          current.start_timestamp + current_duration as as_of
        from deploy_queue.current_deployments as current
        join deploy_queue.deployments_with_status as deployment on deployment.id = deployment_id
        where current_status::text = any (${[...states]})
          and (${environment ?? null}::text is null or current.environment = ${environment ?? null})
        order by current.environment, current.cloud_provider, current.region, current.cell_index, deployment_id`,
    );
  }

  /** @throws UnknownNameError for an environment that does not exist */
  async cells(environment: string): Promise<(Cell & { readonly slots: number })[]> {
    const { slots } = await this.#environments.get(environment);
    return this.rows(
      (sql) => sql`
        select environment, cloud_provider, region, cell_index as index, coalesce(slots, ${slots}) as slots
        from deploy_queue.cells
        where environment = ${environment} and retired_at is null
        order by cloud_provider, region, cell_index`,
    );
  }

  outliers(): Promise<Outlier[]> {
    return this.rows((sql) => sql`select ${outlier(sql)} from deploy_queue.outliers order by id`);
  }

  /** Deployments that need a look. */
  stuck(): Promise<StuckDeployment[]> {
    return this.rows((sql) => sql`select * from deploy_queue.stuck_deployments order by since, deployment_id`);
  }

  /** Deployments that entered the line since then, the newest first. */
  deployments(filter: DeploymentFilter): Promise<DeploymentWithStatus[]> {
    const { since, limit, environment, cloudProvider, region, cellIndex, component, version, status, by } = filter;
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.deployments_with_status
        where created_at >= ${since}
          and (${environment ?? null}::text is null or environment = ${environment ?? null})
          and (${cloudProvider ?? null}::text is null or cloud_provider = ${cloudProvider ?? null})
          and (${region ?? null}::text is null or region = ${region ?? null})
          and (${cellIndex ?? null}::integer is null or cell_index = ${cellIndex ?? null})
          and (${component ?? null}::text is null or component = ${component ?? null})
          and (${version ?? null}::text is null or version = ${version ?? null})
          and (${by ?? null}::text is null or ${by ?? null} in (actor, entered_by))
          and (${status ?? null}::text is null or status::text = ${status ?? null})
        order by created_at desc, id desc
        limit ${limit}`,
    );
  }

  /** The newest version of each component, and how far it is in each cell; of one environment or all. */
  latest(environment?: string): Promise<LatestDeployment[]> {
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.latest_deployments
        where ${environment ?? null}::text is null or environment = ${environment ?? null}
        order by environment, component, cloud_provider, region, cell_index`,
    );
  }

  /** The versions of each component that are newest somewhere. */
  currentVersions(): Promise<{ readonly component: string; readonly version: string }[]> {
    return this.rows(
      (sql) => sql`
        select component, version from deploy_queue.latest_deployments
        union
        select component, cell_version from deploy_queue.latest_deployments`,
    );
  }

  /** Deployments that finished since then and whose buffer is over. */
  finished(environment: string, since: Date): Promise<FinishedDeployment[]> {
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.finished_deployments
        where environment = ${environment} and finish_timestamp >= ${since}
        order by finish_timestamp, deployment_id`,
    );
  }

  /** What has occupied the cells since then. */
  timeline(environment: string, since: Date): Promise<Occupation[]> {
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.cell_timeline(since => ${since})
        where environment = ${environment}
        order by held_from, deployment_id`,
    );
  }

  usualDurations(environment: string): Promise<UsualDuration[]> {
    return this.rows(
      (sql) => sql`
        select
          environment, cloud_provider, region, cell_index, component, deployment_count,
          extract(epoch from avg_duration)::float8 as avg_duration,
          extract(epoch from stddev_duration)::float8 as stddev_duration
        from deploy_queue.deployment_duration_analytics
        where environment = ${environment}
        order by component, cloud_provider, region, cell_index`,
    );
  }
}

export function outlier(sql: Sql): postgres.PendingQuery<postgres.Row[]> {
  return sql`
    id, environment, cloud_provider, region, cell_index, component, version, url, note,
    extract(epoch from current_duration)::float8 as current_duration,
    extract(epoch from avg_duration)::float8 as avg_duration,
    extract(epoch from stddev_duration)::float8 as stddev_duration`;
}
