import { randomUUID } from "node:crypto";
import { setOutput } from "@actions/core";
import type { Queue } from "../../queue/queue.js";
import { deploymentName } from "../../text/describe.js";
import { formatMoment } from "../../text/moments.js";
import { saveCommonInputs } from "../commonInputs.js";
import type { ReserveInputs } from "../inputs.js";
import { log } from "../log.js";
import { patiently } from "../queueSession.js";
import { state } from "../state.js";
import { idempotencyKey } from "../workflow.js";

/** Takes a place before the build. A later step redeems it; the post step gives it up when the job does not succeed. */
export async function reserve(queue: Queue, inputs: ReserveInputs): Promise<void> {
  const { request, reserveFor } = inputs;
  const key = idempotencyKey(inputs.job, request) ?? randomUUID();
  const keeper = randomUUID();
  const deployment = await patiently(inputs, () =>
    queue.reserve({ ...request, idempotencyKey: key }, reserveFor / 1000, keeper),
  );
  state.reservationId.save(String(deployment.id));
  saveCommonInputs(inputs);
  setOutput("deployment-id", deployment.id);
  const end = deployment.reserved_until === null ? "" : ` until ${formatMoment(deployment.reserved_until)}`;
  log.info(
    `${deploymentName(deployment)} has its place${end}; a step with reservation-id: ${deployment.id} redeems it`,
  );
}
