/** What the queue promises, as simply as it can be said; the database is compared with it. Times are minutes. */
export interface World {
  readonly now: number;
  /** When writes came back after a time without any: the last time, and the time before. */
  readonly returns: readonly [number, number];
  readonly environments: Readonly<Record<string, Environment>>;
  /** What a component demands otherwise, by "environment/component". */
  readonly components: Readonly<Record<string, ComponentDemands>>;
  /** The slots that a cell has whatever its environment says, by "environment/cell". */
  readonly cells: Readonly<Record<string, number>>;
  /** The sequence that has started last, of each component and scope in a cell. */
  readonly marks: Readonly<Record<string, number>>;
  /** The newest report of each check, by "component/version/name". */
  readonly checks: Readonly<Record<string, Check>>;
  readonly deployments: readonly Deployment[];
  /** The one freeze of an environment, if it has one. */
  readonly freezes: Readonly<Record<string, Freeze>>;
  /** The one maintenance window of an environment, if it has one; it is open at these times of each day. */
  readonly windows: Readonly<Record<string, Window>>;
  /** The deployment because of which the line of a cell is stopped, by "environment/cell". */
  readonly heldLines: Readonly<Record<string, number>>;
  /** Versions that were marked bad, as "component/version". */
  readonly badVersions: readonly string[];
}

export interface Check {
  readonly passed: boolean;
  readonly until: number | null;
}

export interface Window {
  readonly opens: number;
  readonly closes: number;
}

/** In an environment: a provider, a region of it, a cell of that; what is left out is all of them. */
export type Place = readonly (string | number)[];

export interface Freeze {
  readonly place: Place;
  /** Its exceptions have this key. */
  readonly allowKey: string | null;
  /** So have these. */
  readonly allowIds: readonly number[];
}

export interface Deployment {
  readonly id: number;
  readonly environment: string;
  readonly cell: number;
  readonly component: string;
  readonly version: string;
  readonly sequence: number | null;
  readonly scope: string | null;
  /** Until then it keeps its place without being ready; null once it was redeemed. */
  readonly reservedUntil: number | null;
  /** The deployment that it undoes. */
  readonly rollbackOf: number | null;
  readonly key: string | null;
  readonly idempotencyKey: string | null;
  readonly maxDuration: number | null;
  readonly heartbeat: number | null;
  /** The end of the lease that the last heartbeat has begun, by the policy of that moment. */
  readonly aliveUntil: number | null;
  /** Whether there ever was one. */
  readonly kept: boolean;
  readonly keeper: string | null;
  /** Within how long its keeper ends the work when it is asked to. */
  readonly stopGrace: number | null;
  readonly priority: number;
  /** Where it stands in the line: its id, a number drawn when it was released into the line, or the place of another one of its component. */
  readonly place: number;
  /** The slot of the cell that it has taken. */
  readonly slot: number | null;
  readonly hold: "outside" | "in-line" | null;
  readonly releaseKey: string | null;
  readonly notBefore: number | null;
  readonly notAfter: number | null;
  readonly started: number | null;
  /** When its keeper was asked to end the work. */
  readonly stopped: number | null;
  readonly verifyingSince: number | null;
  readonly finished: number | null;
  readonly cancelled: number | null;
  readonly hasFailed: boolean;
  /** It was started past the rules. */
  readonly forced: boolean;
  /** Whether it did not enter the line. */
  readonly isRejected: boolean;
  /** The phrase that was brought for it. */
  readonly confirmation: string | null;
  readonly approvedBy: readonly string[];
  /** The deployment whose work it is a part of, and the holder in whose hold it runs. */
  readonly parentId: number | null;
  readonly joinedId: number | null;
}

export interface Reason {
  readonly kind:
    | "check"
    | "approval"
    | "running"
    | "verifying"
    | "stopping"
    | "buffer"
    | "queued"
    | "hold"
    | "reservation"
    | "schedule"
    | "expired"
    | "freeze"
    | "line-held"
    | "window"
    | "confirmation"
    | "promotion";
  /** Null when it is no deployment. */
  readonly by: number | null;
  readonly until: number | null;
}

export type Status =
  | "held"
  | "reserved"
  | "queued"
  | "running"
  | "verifying"
  | "stopping"
  | "buffering"
  | "finished"
  | "failed"
  | "rejected"
  | "cancelled";

/** What is demanded of a component in an environment; minutes. */
export interface Demands {
  readonly bufferTime: number;
  readonly heartbeatTimeout: number;
  readonly ordering: "sequential" | "latest" | "latest-ready";
  readonly refusesOutdated: boolean;
  readonly holdsAfterFailure: boolean;
  readonly maxReservation: number;
  /** The phrase that is demanded; empty: none. */
  readonly confirmation: string;
  readonly checks: readonly string[];
  readonly requiresVerification: boolean;
  readonly approvals: number;
  /** The environment in which a version has to finish first; empty is none. */
  readonly promotesFrom: string;
  /** In all of its cells, not in one of them. */
  readonly promotesFromAll: boolean;
  readonly soak: number;
  readonly gatesRollbacks: boolean;
}

export interface Environment extends Demands {
  readonly slots: number;
}

/** What a component demands otherwise, or what is to change; null is as before. Its slots are the most that it takes of those of a cell. */
export type ComponentDemands = {
  readonly [name in keyof Omit<Environment, "maxReservation">]: Environment[name] | null;
};
