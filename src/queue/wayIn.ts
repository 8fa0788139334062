import { inSeconds } from "../text/durations.js";
import type { Deployment, DeploymentId, DeploymentRequest, ReservedRequest } from "./deployment.js";
import type { Queue } from "./queue.js";

/** What is asked for, or a deployment that is there already and not in the line. */
export type WayIn = DeploymentRequest | Entrance;

export interface Entrance {
  readonly deployment: DeploymentId;
  /** Puts it into the line, with a keeper of this name; may be called more than once. */
  readonly enter: (keeper: string) => Promise<Deployment>;
}

/**
 * The way into the line, which may be repeated: the same keeper redeems a reservation once.
 * @param stopGrace milliseconds within which its work ends when it is asked to
 */
export function wayInto(queue: Queue, request: DeploymentRequest | ReservedRequest, stopGrace?: number): WayIn {
  if (!("reservation" in request)) {
    return request;
  }
  const { reservation, ...redemption } = request;
  const keeping = { heartbeat: true, stopGrace: inSeconds(stopGrace) };
  return {
    deployment: reservation,
    enter: (keeper) => queue.redeem(reservation, redemption, { ...keeping, keeper }),
  };
}
