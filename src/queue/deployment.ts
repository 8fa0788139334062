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
}

export type DeploymentStatus = "queued" | "running" | "buffering" | "finished" | "cancelled";

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

export interface DeploymentRequest extends Location {
  readonly component: string;
  readonly version?: string | undefined;
  readonly url?: string | undefined;
  readonly note?: string | undefined;
  readonly concurrencyKey?: string | undefined;
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
}
