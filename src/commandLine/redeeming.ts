import { InvalidValueError } from "../database/errors.js";
import type { DeploymentId, Redemption, Whereabouts } from "../queue/deployment.js";
import { RefusedError } from "../queue/errors.js";
import type { WayIn } from "../queue/journey.js";
import type { Queue } from "../queue/queue.js";
import { cellName, cellOf, deploymentName } from "../text/describe.js";

/**
 * What was said with the reservation cannot be said again.
 * @param given by the names of the options, in camel case
 * @throws InvalidValueError
 */
export function refuseWithReservation(given: Readonly<Record<string, unknown>>): void {
  const options = Object.entries(given).flatMap(([name, value]) =>
    value === undefined || value === false
      ? []
      : [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`],
  );
  if (options.length > 0) {
    throw new InvalidValueError(`${options.join(", ")} and --reservation do not go together`, {
      hint: "The reservation says it already.",
    });
  }
}

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
