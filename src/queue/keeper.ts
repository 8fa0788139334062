import type { Deployment } from "./deployment.js";

export interface KeepingOptions {
  /** Whether the caller sends heartbeats. */
  readonly heartbeat?: boolean;
  /** The name that the keeper has drawn for itself. */
  readonly keeper?: string | undefined;
  /** Seconds within which the keeper ends its work when it is asked to stop; undefined: it cannot. */
  readonly stopGrace?: number | undefined;
}

export interface EnqueueOptions extends KeepingOptions {
  readonly start?: boolean;
  /** Seconds for which it keeps its place until it is redeemed. */
  readonly reserveFor?: number | undefined;
}

export interface FinishOptions {
  /** Refused when the deployment has another one or none. */
  readonly keeper?: string | undefined;
  /** The caller has seen that what was deployed works. */
  readonly verified?: boolean | undefined;
}

export interface Heartbeat {
  readonly deployment: Deployment;
  /** Seconds until the next one; undefined when the deployment has ended. */
  readonly beatAgainIn: number | undefined;
  /** When its maximum duration is over. */
  readonly endsBy: Date | null;
}
