import type { DeploymentRequest } from "../queue/deployment.js";
import type { Queue } from "../queue/queue.js";
import { type WayIn, wayInto } from "../queue/wayIn.js";
import { parseMoment } from "../text/moments.js";
import { promotedText } from "../text/promotion.js";
import { log } from "./log.js";
import { parentOf } from "./parent.js";
import type { RunInputs } from "./runInputs.js";
import type { TurnInputs } from "./turnInputs.js";
import { idempotencyKey } from "./workflow.js";

/**
 * What the step asks for, or the reservation that it redeems.
 * @param work the one of the step; undefined: other steps work
 */
export async function wayInOf(
  queue: Queue,
  inputs: TurnInputs,
  work?: Pick<RunInputs, "command" | "gracePeriod">,
): Promise<WayIn> {
  const { wanted } = inputs;
  if ("reserved" in wanted) {
    return wayInto(queue, wanted.reserved, work?.gracePeriod);
  }
  return {
    ...wanted,
    ...(await promoted(queue, wanted, inputs.latestFrom)),
    ...(await parentOf(queue, inputs)),
    notBefore: await parseMoment(queue, inputs.notBefore, "not-before"),
    idempotencyKey: idempotencyKey(inputs.job, wanted, work?.command),
  };
}

/** The newest version of an environment and its artifact, where the step asks for these. */
async function promoted(
  queue: Queue,
  wanted: DeploymentRequest,
  latestFrom: string | undefined,
): Promise<Pick<DeploymentRequest, "version" | "artifact">> {
  if (latestFrom === undefined) {
    return {};
  }
  const latest = await queue.promotions.latest(latestFrom, wanted);
  log.info(promotedText(wanted.component, latest, latestFrom));
  return { version: latest.version, artifact: latest.artifact ?? undefined };
}
