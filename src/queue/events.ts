import type { Cancellation } from "./calls/history.js";
import type { Deployment, DeploymentId } from "./deployment.js";
import type { Obstacle } from "./errors.js";
import type { Forecast } from "./forecast.js";

/** What happens to a deployment between its entry into the line and its end. */
export type JourneyEvent =
  /** It has its place in the line. Where nothing blocks it, it may have started in the same moment. */
  | { readonly event: "enqueued"; readonly deployment: Deployment }
  /** Where it stands. The event is "still-waiting" when only the predicted start has moved on with time. */
  | ({ readonly event: "waiting" | "still-waiting" } & Forecast)
  /** Notifications do not arrive, as behind a transaction pooler: the wait looks every 2 to 15 seconds instead. */
  | { readonly event: "no-notifications" }
  | { readonly event: "started"; readonly deployment: Deployment }
  /** Its work is done and is being checked. */
  | { readonly event: "verifying"; readonly deployment: Deployment }
  /** Its keeper has cancelled it: the wait was given up, or the work has failed. */
  | { readonly event: "given-up"; readonly deployment_id: DeploymentId }
  | LeftBehindEvent
  | CancelledEvent
  /** It is to end its work: it was cancelled while it ran, ran for too long, or has lost the database for too long. */
  | { readonly event: "stopping"; readonly deployment_id: DeploymentId; readonly reason: string }
  /** Its work has ended, and another deployment still runs in its hold. */
  | {
      readonly event: "waiting-for-parts";
      readonly deployment_id: DeploymentId;
      readonly reason: string;
      /** How the other one ends. */
      readonly hint: string | undefined;
    }
  /** A heartbeat was refused; the next one is tried all the same. */
  | { readonly event: "heartbeat-failed"; readonly error: unknown }
  | OutageEvent;

/** Its keeper could not cancel it. It is reaped when its heartbeat is too old. */
export interface LeftBehindEvent {
  readonly event: "left-behind";
  readonly deployment_id: DeploymentId;
  readonly failure: unknown;
  /** The answer to its start may have been lost: then it runs without heartbeats, and is never reaped. */
  readonly mayRun: boolean;
}

/** Another role or process has cancelled it. Who and why are missing when the database does not say. */
export type CancelledEvent = {
  readonly event: "cancelled";
  readonly deployment_id: DeploymentId;
} & Partial<Cancellation>;

/** The database is away, or an open transaction locks what a call needs; and the end of that. */
export type OutageEvent =
  | { readonly event: "outage"; readonly obstacle: Obstacle }
  | { readonly event: "outage-over"; readonly obstacle: Obstacle };

/** A subscriber of the stream. The journey goes on when it returns, or when its promise is fulfilled. */
export type Listener<Event> = (event: Event) => Promise<void> | void;
