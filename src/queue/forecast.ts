import type { Deployment, Hold } from "./deployment.js";

/** A reason to wait, as deploy_queue.waiting_on returns it. */
export interface Reason {
  readonly kind: string;
  readonly text: string;
  /** When it ends, if that is known: ISO 8601. */
  readonly until: string | null;
  readonly deployment_id: number | null;
  /** Each of these calls would lift it; null when only time does. */
  readonly cures: readonly Call[] | null;
}

/** A call of a function of the database, each argument by its name; null is left to fill in. */
export interface Call {
  readonly function: string;
  readonly arguments: Readonly<Record<string, string | null>>;
}

export interface StartAttempt {
  readonly started: boolean;
  /** Seconds after which to ask again, or to send a heartbeat. */
  readonly lookAgainIn: number;
  /** Empty once it has started. */
  readonly waitingOn: readonly Reason[];
  readonly deployment: Deployment;
}

/** A reason to wait that is no other deployment: a hold, a schedule, a maintenance window or a freeze. */
export interface Withholding extends Reason {
  readonly deployment_id: null;
}

/** A reason to wait, read as a row of its own. */
export interface Explanation extends Omit<Reason, "until"> {
  readonly until: Date | null;
}

/** A deployment that blocks another one. Times are ISO 8601, of the database's clock. */
export interface BlockingDeployment {
  readonly deployment_id: number;
  /** queued (ahead), running, verifying, stopping, or buffer (finished, cooling down). */
  readonly kind: string;
  readonly component: string;
  readonly version: string | null;
  readonly url: string | null;
  readonly note: string | null;
  /** Who entered it. */
  readonly actor: string | null;
  /** Since when it is in that state. */
  readonly since: string;
  /** How long its component usually takes in this cell; null without history. */
  readonly usual_seconds: number | null;
  /** When it and its buffer will likely be over; null when that is not known. */
  readonly until: string | null;
  /** Its last heartbeat, when two are missing; null while they come, and where none were promised. */
  readonly silent_since: string | null;
  /** When it is reaped unless it sends a heartbeat before; null unless it is silent. */
  readonly reaped_at: string | null;
  /** Who has asked it to stop; null unless it is stopping, or when no client did. */
  readonly stopped_by: string | null;
  /** Since when it runs without a keeper, once that is too long: it never ends by itself. */
  readonly unkept_since: string | null;
  /** Since when it may start and does not, where nobody keeps it; null before a minute. */
  readonly idle_since: string | null;
  readonly priority: number;
  /** Who gave it that priority and why, as "ann: sev 1"; null when it entered the line with it. */
  readonly priority_reason: string | null;
  /** In line, it keeps others waiting until it is released. */
  readonly hold: Hold | null;
  /** Which slot it takes; null in a cell with one, and until it starts. */
  readonly slot: number | null;
  readonly sequence: number | null;
  /** Until then it keeps its place without being ready. */
  readonly reserved_until: string | null;
}

export type Blocker = BlockingDeployment | Withholding;

/** Where a queued deployment stands, as deploy_queue.forecast returns it. */
export interface Forecast {
  /** Null for a preflight. */
  readonly deployment_id: number | null;
  /** 1 is next. */
  readonly position: number;
  /** Null when that is not known. */
  readonly predicted_start: Date | null;
  /** Whether a blocker takes longer than usual. */
  readonly overdue: boolean;
  readonly blocker_count: number;
  /** The first ten. */
  readonly blockers: readonly Blocker[];
  /** The moment this describes. */
  readonly as_of: Date;
  /** Since when it may start and does not, where nobody keeps it; null before a minute. */
  readonly idle_since: Date | null;
  /** How many slots the cell has. */
  readonly slots: number;
  /** How many of them its component may take, where it waits for one of those. */
  readonly component_slots: number | null;
}

/** A gate, open or shut, or another reason to wait. */
export interface CheckItem extends Reason {
  /** What lets it start; a reason to wait is never open. */
  readonly is_open: boolean;
  /** The least role that may make each call is null where the roles of the queue do not exist. */
  readonly cures: readonly (Call & { readonly role: string | null })[] | null;
}

/** What would keep a deployment waiting if it entered the line now. */
export interface Preflight {
  readonly can_start: boolean;
  /** Whether nothing is left to say or to show: what it would wait for, if anything, passes without that. */
  readonly gates_open: boolean;
  /** The gates, then all else that it would wait for: at most ten deployments. */
  readonly checklist: readonly CheckItem[];
  readonly forecast: Forecast;
}

/** A row of deploy_queue.queue. */
export interface QueuedDeployment extends Forecast {
  readonly environment: string;
  readonly cloud_provider: string;
  readonly region: string;
  readonly cell_index: number;
  readonly component: string;
  readonly version: string | null;
  readonly url: string | null;
  readonly note: string | null;
  readonly concurrency_key: string | null;
  /** Who entered it. */
  readonly actor: string | null;
  readonly created_at: Date;
  readonly priority: number;
  readonly hold: Hold | null;
  readonly sequence: number | null;
  /** Until then it keeps its place without being ready. */
  readonly reserved_until: Date | null;
  /** How many that came later have started before it. */
  readonly overtaken: number;
}
