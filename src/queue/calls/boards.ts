import type { Cell, DeploymentStatus, DeploymentWithStatus, Whereabouts } from "../deployment.js";
import type { Source } from "../source.js";
import { Calls, placed } from "./calls.js";
import type { Cells } from "./cells.js";
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
  readonly #cells: Cells;

  constructor(source: Source, environments: Environments, cells: Cells) {
    super(source);
    this.#environments = environments;
    this.#cells = cells;
  }

  /** The deployments that run, or those of one environment. */
  running(environment?: string): Promise<RunningDeployment[]> {
    return this.#holders(["running", "verifying", "stopping"], environment);
  }

  /** The same, and those whose buffer is not over. */
  holders(environment?: string): Promise<RunningDeployment[]> {
    return this.#holders(["running", "verifying", "stopping", "buffering"], environment);
  }

  async #holders(states: readonly string[], environment: string | undefined): Promise<RunningDeployment[]> {
    const [holders, silent] = await Promise.all([
      this.read<Holder>("current_deployments", {
        where: { current_status: states, environment },
        order: ["environment", "cloud_provider", "region", "cell_index", "deployment_id"],
        fields: fieldsOfHolder,
      }),
      this.read<StuckDeployment>("stuck_deployments", { where: { kind: "silent" } }),
    ]);
    const silentIds = new Set(silent.map(({ deployment_id }) => deployment_id));
    return holders.map(({ current_status: status, heartbeat_timestamp: beat, ...holder }) => {
      const as_of = new Date(holder.start_timestamp.getTime() + holder.current_duration * 1000);
      const heartbeat_age = beat === null ? null : (as_of.getTime() - beat.getTime()) / 1000;
      return { ...holder, status, heartbeat_age, is_silent: silentIds.has(holder.deployment_id), as_of };
    });
  }

  /** @throws UnknownNameError for an environment that does not exist */
  async cells(environment: string): Promise<(Cell & { readonly slots: number })[]> {
    await this.#environments.get(environment);
    return this.#cells.all(environment);
  }

  outliers(): Promise<Outlier[]> {
    return this.read("outliers", { order: ["id"], fields: fieldsOfOutlier });
  }

  /** Deployments that need a look. */
  stuck(): Promise<StuckDeployment[]> {
    return this.read("stuck_deployments", { order: ["since", "deployment_id"] });
  }

  /** Deployments that entered the line since then, the newest first. */
  async deployments({
    since,
    limit,
    by,
    component,
    version,
    status,
    ...where
  }: DeploymentFilter): Promise<DeploymentWithStatus[]> {
    const look = (who: Readonly<Record<string, string>>): Promise<DeploymentWithStatus[]> =>
      this.read("deployments_with_status", {
        where: { ...placed(where), component, version, status, ...who },
        ...{ from: { created_at: since }, order: ["-created_at", "-id"], limit },
      });
    if (by === undefined) {
      return look({});
    }
    const rows = (await Promise.all([look({ actor: by }), look({ entered_by: by })])).flat();
    return [...new Map(rows.map((row) => [row.id, row])).values()].sort(newestFirst).slice(0, limit);
  }

  /** The newest version of each component, and how far it is in each cell; of one environment or all. */
  latest(environment?: string): Promise<LatestDeployment[]> {
    const order = ["environment", "component", "cloud_provider", "region", "cell_index"];
    return this.read("latest_deployments", { where: { environment }, order });
  }

  /** The versions of each component that are newest somewhere. */
  async currentVersions(): Promise<{ readonly component: string; readonly version: string }[]> {
    const versions = (await this.latest()).flatMap(({ component, version, cell_version }) =>
      [version, cell_version].map((one) => [JSON.stringify([component, one]), { component, version: one }] as const),
    );
    return [...new Map(versions).values()];
  }

  /** Deployments that finished since then and whose buffer is over. */
  finished(environment: string, since: Date): Promise<FinishedDeployment[]> {
    const order = ["finish_timestamp", "deployment_id"];
    return this.read("finished_deployments", { where: { environment }, from: { finish_timestamp: since }, order });
  }

  /** What has occupied the cells since then. */
  async timeline(environment: string, since: Date): Promise<Occupation[]> {
    const occupations = await this.rows<Occupation>("cell_timeline", { since });
    return occupations
      .filter((one) => one.environment === environment)
      .sort(
        (one, other) => one.held_from.getTime() - other.held_from.getTime() || one.deployment_id - other.deployment_id,
      );
  }

  usualDurations(environment: string): Promise<UsualDuration[]> {
    const order = ["component", "cloud_provider", "region", "cell_index", "environment"];
    const fields = [
      ...["environment", "cloud_provider", "region", "cell_index", "component"],
      ...["deployment_count", "avg_duration", "stddev_duration"],
    ];
    return this.read("deployment_duration_analytics", { where: { environment }, order, fields });
  }
}

const fieldsOfHolder = [
  ...["deployment_id", "environment", "cloud_provider", "region", "cell_index", "component", "version", "url"],
  ...["current_status", "sequence", "slot", "actor", "start_timestamp", "current_duration", "avg_duration"],
  ...["outlier_duration", "heartbeat_timestamp", "stopped_by", "stop_timestamp", "stops_by", "verifying_since"],
  ...["unkept_since", "buffering_until"],
];

interface Holder extends Omit<RunningDeployment, "status" | "heartbeat_age" | "is_silent" | "as_of"> {
  readonly current_status: RunningDeployment["status"];
  readonly heartbeat_timestamp: Date | null;
}

export const fieldsOfOutlier = [
  ...["id", "environment", "cloud_provider", "region", "cell_index", "component", "version", "url", "note"],
  ...["current_duration", "avg_duration", "stddev_duration"],
];

function newestFirst(one: DeploymentWithStatus, other: DeploymentWithStatus): number {
  return other.created_at.getTime() - one.created_at.getTime() || other.id - one.id;
}
