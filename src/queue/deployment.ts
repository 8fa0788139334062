/** A row of deploy_queue.deployments; timestamps are those of the database's clock. */
export interface Deployment {
  readonly id: number;
  readonly environment: string;
  readonly cloud_provider: string;
  readonly region: string;
  readonly cell_index: number;
  readonly component: string;
  readonly version: string | null;
  readonly url: string | null;
  readonly note: string | null;
  readonly concurrency_key: string | null;
  readonly start_timestamp: Date | null;
  readonly finish_timestamp: Date | null;
  readonly cancellation_timestamp: Date | null;
  readonly cancellation_note: string | null;
  readonly heartbeat_timestamp: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly cell_id: number;
  readonly idempotency_key: string | null;
  /** In seconds. */
  readonly max_duration: number | null;
  /** Whether an operator started it past the rules. */
  readonly forced: boolean;
  /** Its place among those of its priority, when that is not its id. */
  readonly place: number | null;
  /** A deployment with a higher priority goes first. */
  readonly priority: number;
  /** Until it is released. */
  readonly hold: Hold | null;
  readonly release_key: string | null;
  readonly not_before: Date | null;
  readonly not_after: Date | null;
  /** The command that the releasing process runs. */
  readonly command: readonly string[] | null;
  /** The database role that entered it. */
  readonly entered_by: string | null;
  /** Who entered it, as the client says. */
  readonly actor: string | null;
  /** Whether heartbeats have ever been sent for it. */
  readonly kept: boolean;
  readonly keeper: string | null;
  /** The end of its lease; null: it has no keeper. */
  readonly alive_until: Date | null;
  /** When its keeper was asked to end the work. */
  readonly stop_timestamp: Date | null;
  /** Within how many seconds its keeper does that. */
  readonly stop_grace: number | null;
  readonly cancellation_kind: CancellationKind | null;
  /** The deployment whose work it is a part of. */
  readonly parent_id: number | null;
  /** The deployment in whose hold it runs. */
  readonly joined_id: number | null;
  /** Whether a program of the predecessor entered it: such deployments keep the order of the ids. */
  readonly via_old_names: boolean;
  /** Which of the slots of its cell it takes; 1 until it starts. */
  readonly slot: number;
  /** A run number: the deployments of a component stand in its order. */
  readonly sequence: number | null;
  /** What the sequence counts. */
  readonly sequence_scope: string | null;
  /** What is deployed, such as a digest. */
  readonly artifact: string | null;
  /** Until then it keeps its place without being ready; null: it was not reserved, or was redeemed. */
  readonly reserved_until: Date | null;
  /** The deployment of its component from which it goes back. */
  readonly rollback_of: number | null;
  /** The phrase that was brought for it, as its environment demands. */
  readonly confirmation: string | null;
  /** Since when its work is done and is being checked. */
  readonly verifying_since: Date | null;
  /** When it finished, if its keeper said that it had been verified. */
  readonly verified_at: Date | null;
}

/** outside stands in no line; in-line keeps its place, and those behind it wait. */
export type Hold = "outside" | "in-line";

export type DeploymentStatus =
  | "reserved"
  | "held"
  | "queued"
  | "running"
  | "verifying"
  | "stopping"
  | "buffering"
  | "finished"
  | "failed"
  | "rejected"
  | "cancelled";

/** How it was cancelled. */
export type CancellationKind =
  | "cancelled"
  | "forced"
  | "stopped"
  | "reaped"
  | "failed"
  | "rejected"
  | "gave-way"
  | "superseded"
  | "withdrawn"
  | "outdated";

export interface DeploymentWithStatus extends Deployment {
  readonly status: DeploymentStatus;
}

/** An id as it came from a person (digits, up to the limits of int8) or from a row. */
export type DeploymentId = string | number;

/** Where a deployment wants to go. */
export interface Location {
  readonly environment: string;
  readonly cloudProvider: string;
  readonly region: string;
  readonly cellIndex: number;
}

/** A place, or as much of it as is known. */
export type Whereabouts = { readonly [Part in keyof Location]?: Location[Part] | undefined };

export interface DeploymentRequest extends Location {
  readonly component: string;
  readonly version?: string | undefined;
  readonly url?: string | undefined;
  readonly note?: string | undefined;
  readonly concurrencyKey?: string | undefined;
  /** Entering the line again with the same key gives the deployment that is there already. */
  readonly idempotencyKey?: string | undefined;
  /** Seconds after which it is reaped while it runs; else the limit of the environment, if that has one. */
  readonly maxDuration?: number | undefined;
  /** A deployment with a higher priority goes first; 0 by default. */
  readonly priority?: number | undefined;
  /** It does not start until it is released. */
  readonly hold?: Hold | undefined;
  /** It does not start earlier, and lets others pass until then. */
  readonly notBefore?: Date | undefined;
  /** When it has not started by then, it is cancelled. */
  readonly notAfter?: Date | undefined;
  /** The command that the releasing process runs. */
  readonly command?: readonly string[] | undefined;
  /** The deployment whose work this is a part of: what would wait for itself is refused. */
  readonly parentId?: DeploymentId | undefined;
  /** It runs in the hold of its parent. */
  readonly joinParent?: boolean | undefined;
  /** A run number: the deployments of a component stand in its order, as far as their scopes are the same. */
  readonly sequence?: number | undefined;
  /** What the sequence counts, such as the runs of a workflow. */
  readonly sequenceScope?: string | undefined;
  /** What is deployed, such as a digest. */
  readonly artifact?: string | undefined;
  /** It goes back from this deployment of its component: it passes what forbids a step back, and the buffer of that one. */
  readonly rollbackOf?: DeploymentId | undefined;
  /** The phrase that the environment demands. */
  readonly confirmation?: string | undefined;
}

/** What becomes known of a deployment between its reservation and its start. A place or component must be the one that was reserved for. */
export interface Redemption extends Whereabouts {
  readonly component?: string | undefined;
  readonly version?: string | undefined;
  readonly artifact?: string | undefined;
  readonly url?: string | undefined;
  /** The phrase that the environment demands, unless the reservation has brought it. */
  readonly confirmation?: string | undefined;
}

/** A place that was reserved before, instead of one at the end of the line. */
export interface ReservedRequest extends Redemption {
  readonly reservation: DeploymentId;
}

export interface Cell {
  readonly environment: string;
  readonly cloud_provider: string;
  readonly region: string;
  readonly index: number;
}
