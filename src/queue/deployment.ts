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
  /** As PostgreSQL writes intervals. */
  readonly max_duration: string | null;
  /** Whether an operator started it past the rules. */
  readonly forced: boolean;
  /** Where it stands among those of its priority, when that is not its id. */
  readonly place: number | null;
  /** Who has a higher one goes first. */
  readonly priority: number;
  /** Until it is released. */
  readonly hold: Hold | null;
  readonly release_key: string | null;
  readonly not_before: Date | null;
  readonly not_after: Date | null;
  /** What whoever releases it is to run. */
  readonly command: readonly string[] | null;
  /** The database role that entered it. */
  readonly entered_by: string | null;
  /** Whether heartbeats have ever been sent for it. */
  readonly kept: boolean;
}

/** outside stands in no line; in-line keeps its place, and those behind it wait. */
export type Hold = "outside" | "in-line";

export type DeploymentStatus = "held" | "queued" | "running" | "buffering" | "finished" | "cancelled";

export interface DeploymentWithStatus extends Deployment {
  readonly status: DeploymentStatus;
}

/** A row of deploy_queue.deployment_events. */
export interface DeploymentEvent {
  readonly id: number;
  /** Null for what has none, as are the columns about its place for what has one. */
  readonly deployment_id: number | null;
  readonly occurred_at: Date;
  readonly kind: string;
  readonly from_state: DeploymentStatus | null;
  readonly to_state: DeploymentStatus | null;
  readonly actor: string;
  readonly application_name: string | null;
  readonly client_address: string | null;
  readonly reason: string | null;
  readonly environment: string | null;
  readonly cloud_provider: string | null;
  readonly region: string | null;
  readonly cell_index: number | null;
  readonly component: string | null;
  readonly version: string | null;
  readonly url: string | null;
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

export interface DeploymentRequest extends Location {
  readonly component: string;
  readonly version?: string | undefined;
  readonly url?: string | undefined;
  readonly note?: string | undefined;
  readonly concurrencyKey?: string | undefined;
  /** Entering the line again with the same key gives the deployment that is there already. */
  readonly idempotencyKey?: string | undefined;
  /** Milliseconds after which it is reaped while it runs; else the limit of the environment, if that has one. */
  readonly maxDuration?: number | undefined;
  /** Who has a higher one goes first; 0 by default. */
  readonly priority?: number | undefined;
  /** It does not start until somebody releases it. */
  readonly hold?: Hold | undefined;
  /** It does not start earlier, and lets others pass until then. */
  readonly notBefore?: Date | undefined;
  /** When it has not started by then, it is cancelled. */
  readonly notAfter?: Date | undefined;
  /** What whoever releases it is to run. */
  readonly command?: readonly string[] | undefined;
}

/** A deployment that goes around the queue. */
export interface Bypass extends Location {
  readonly component: string;
  readonly note: string;
  readonly version?: string | undefined;
  readonly url?: string | undefined;
}

/** The event by which a deployment was cancelled. */
export interface Cancellation {
  readonly kind: "cancelled" | "reaped";
  /** The role that logged in, or the name that it gave. */
  readonly actor: string;
  /** Of its connection; PostgreSQL keeps 63 bytes of it. */
  readonly application_name: string | null;
  readonly reason: string | null;
}

/** A reason to wait, as deploy_queue.waiting_on returns it. */
export interface Reason {
  readonly kind: string;
  readonly text: string;
  /** When it ends, if that is known: ISO 8601. */
  readonly until: string | null;
  readonly deployment_id: number | null;
}

export interface StartAttempt {
  readonly started: boolean;
  /** Milliseconds after which to ask again, or to send a heartbeat. */
  readonly lookAgainIn: number;
  /** Empty once it has started. */
  readonly waitingOn: readonly Reason[];
  readonly deployment: Deployment;
}

/** What a deployment waits for that is no other deployment: a hold, a schedule, a maintenance window or a freeze. */
export interface Withholding extends Reason {
  readonly deployment_id: null;
}

/** A reason to wait and what would lift it, as deploy_queue.explain returns it. */
export interface Explanation {
  readonly kind: string;
  readonly text: string;
  readonly until: Date | null;
  readonly blocker_id: number | null;
  readonly cure: string;
}

/** Somebody whom a deployment waits for; times are ISO 8601, of the database's clock. */
export interface BlockingDeployment {
  readonly deployment_id: number;
  /** queued (ahead), running, or buffer (finished, cooling down). */
  readonly kind: string;
  readonly component: string;
  readonly version: string | null;
  readonly url: string | null;
  readonly note: string | null;
  /** Since when it is in that state. */
  readonly since: string;
  /** How long its component usually takes in this cell; null without history. */
  readonly usual_seconds: number | null;
  /** When it and its buffer will likely be over; null when nobody knows. */
  readonly until: string | null;
  /** Its last heartbeat, when two are missing; null while they come, and for whoever promised none. */
  readonly silent_since: string | null;
  /** When it is reaped unless it sends a heartbeat before; null unless it is silent. */
  readonly reaped_at: string | null;
  readonly priority: number;
  /** Who gave it that and why, as "ann: sev 1"; null when it entered the line with it. */
  readonly priority_reason: string | null;
  /** In line, it keeps others waiting until it is released. */
  readonly hold: Hold | null;
}

export type Blocker = BlockingDeployment | Withholding;

/** Where a queued deployment stands, as deploy_queue.place_in_line returns it. */
export interface Place {
  /** Null for a preview. */
  readonly deployment_id: number | null;
  /** 1 is next. */
  readonly position: number;
  /** Null when nobody knows. */
  readonly predicted_start: Date | null;
  /** Whether somebody it waits for takes longer than usual. */
  readonly overdue: boolean;
  readonly blocker_count: number;
  /** The first ten. */
  readonly blockers: readonly Blocker[];
  /** The moment this describes. */
  readonly as_of: Date;
}

/** A row of deploy_queue.queue. */
export interface QueuedDeployment extends Place {
  readonly environment: string;
  readonly cloud_provider: string;
  readonly region: string;
  readonly cell_index: number;
  readonly component: string;
  readonly version: string | null;
  readonly url: string | null;
  readonly note: string | null;
  readonly concurrency_key: string | null;
  readonly created_at: Date;
  readonly priority: number;
  readonly hold: Hold | null;
  /** How many that came later have started before it. */
  readonly overtaken: number;
}

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

export interface Cell {
  readonly environment: string;
  readonly cloud_provider: string;
  readonly region: string;
  readonly index: number;
}

/** Policies of an environment; durations in seconds. */
export interface Environment {
  readonly environment: string;
  readonly buffer_time: number;
  readonly heartbeat_timeout: number;
  readonly heartbeat_interval: number;
  /** Null is no limit. */
  readonly max_duration: number | null;
  /** Null keeps history for ever. */
  readonly retention: number | null;
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

/** A row of deploy_queue.health. */
export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly text: string;
}

/** What an adoption moves, or what stands in its way. */
export interface Adopted {
  readonly what: string;
  readonly amount: number;
  readonly problem: string | null;
}

/** Something in history that must not be. */
export interface Contradiction {
  readonly rule: string;
  readonly deployment_id: number;
  readonly problem: string;
}
