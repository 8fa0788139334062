import { CancelledError, RefusedAsCancelledError } from "../../queue/errors.js";
import type { Queue } from "../../queue/queue.js";
import { deploymentName } from "../../text/describe.js";
import { formatMoment } from "../../text/moments.js";
import { cancelledBy } from "../cancelledBy.js";
import type { FinishInputs } from "../inputs.js";
import { log } from "../log.js";
import { patiently } from "../queueSession.js";
import { slackNotifier } from "../slackNotifier.js";
import { jobPage } from "../workflow.js";

/** @throws CancelledError when the deployment was cancelled, or was asked to stop before it finished */
export async function finish(queue: Queue, inputs: FinishInputs): Promise<void> {
  const deployment = await patiently(inputs, () => queue.finish(inputs.id, { verified: inputs.verified })).catch(
    async (error: unknown) => {
      if (error instanceof RefusedAsCancelledError) {
        throw new CancelledError(`${error.message}; by ${await cancelledBy(queue, inputs.id)}`, { cause: error });
      }
      throw error;
    },
  );
  log.info(
    `${deploymentName(deployment)} finished${deployment.finish_timestamp === null ? "" : ` at ${formatMoment(deployment.finish_timestamp)}`}`,
  );
  await slackNotifier(inputs)?.finished({
    deployment,
    link: jobPage(inputs.job),
    startMessage: inputs.slackStartMessage,
  });
  if (deployment.stop_timestamp !== null) {
    const who = await cancelledBy(queue, deployment.id);
    throw new CancelledError(
      `${deploymentName(deployment)} finished, since the request of ${who} to stop came too late`,
    );
  }
}
