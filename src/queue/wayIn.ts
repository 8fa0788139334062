import type { DeploymentRequest, ReservedRequest } from "./deployment.js";
import type { WayIn } from "./journey.js";
import type { Queue } from "./queue.js";

/** The way into the line, which may be repeated: the same keeper redeems a reservation once. */
export function wayInto(queue: Queue, request: DeploymentRequest | ReservedRequest, stopGrace?: number): WayIn {
  if (!("reservation" in request)) {
    return request;
  }
  const { reservation, ...redemption } = request;
  return (keeper) => queue.redeem(reservation, redemption, { heartbeat: true, keeper, stopGrace });
}
