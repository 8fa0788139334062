import { cellName, cellOf, deploymentName } from "../text/describe.js";
import type { DeploymentId, Redemption, Whereabouts } from "./deployment.js";
import { RefusedError } from "./errors.js";
import type { WayIn } from "./journey.js";
import type { Queue } from "./queue.js";

/** @throws RefusedError when the place was reserved in another cell, or its time is over */
export async function checkReservation(queue: Queue, id: DeploymentId, where: Whereabouts): Promise<void> {
  const reserved = await queue.deployment(id);
  if (reserved.cancellation_kind === "reaped") {
    throw new RefusedError(`${deploymentName(reserved)} was ${reserved.cancellation_note}`, {
      hint: "Enter the line anew.",
    });
  }
  const isThere =
    (where.environment ?? reserved.environment) === reserved.environment &&
    (where.cloudProvider ?? reserved.cloud_provider) === reserved.cloud_provider &&
    (where.region ?? reserved.region) === reserved.region &&
    (where.cellIndex ?? reserved.cell_index) === reserved.cell_index;
  if (!isThere) {
    throw new RefusedError(`${deploymentName(reserved)} has its place in ${cellName(cellOf(reserved))}, and not there`);
  }
}

/** A way in that may be repeated: the same keeper redeems a reservation once. */
export function redeemedBy(queue: Queue, id: DeploymentId, redemption: Redemption, stopGrace?: number): WayIn {
  return (keeper) => queue.redeem(id, redemption, { heartbeat: true, keeper, stopGrace });
}
