import type { Cancellation } from "../queue/calls/history.js";
import type { Deployment, DeploymentId } from "../queue/deployment.js";
import type { Obstacle } from "../queue/errors.js";
import type { Place } from "../queue/place.js";
import type { Queue } from "../queue/queue.js";

/** What happens on the way from the line to the start, as --json of the command line prints it. */
export type WaitEvent =
  | { readonly event: "enqueued" | "started"; readonly deployment: Deployment }
  | ({ readonly event: "waiting" } & Place)
  | { readonly event: "given-up"; readonly deployment_id: DeploymentId }
  /** A place that was to be given up and could not be: it is there until it is reaped. */
  | { readonly event: "left-behind"; readonly deployment_id: DeploymentId; readonly reason: string }
  | CancelledEvent
  | OutageEvent;

/** By somebody else, as far as that is known. */
export type CancelledEvent = {
  readonly event: "cancelled";
  readonly deployment_id: DeploymentId;
} & Partial<Cancellation>;

export type OutageEvent = { readonly event: "outage"; readonly message: string } | { readonly event: "outage-over" };

export function cancelledEvent(id: DeploymentId, cancellation: Cancellation | undefined): CancelledEvent {
  return { event: "cancelled", deployment_id: id, ...cancellation };
}

export function outageEvent(outage: Obstacle | undefined): OutageEvent {
  return outage === undefined ? { event: "outage-over" } : { event: "outage", message: outage.message };
}

/** Who cancelled a deployment and why; undefined also when that cannot be told: the cancellation is a fact all the same. */
export function cancellationOf(queue: Queue, id: DeploymentId): Promise<Cancellation | undefined> {
  return queue.history.cancellation(id).catch(() => undefined);
}
