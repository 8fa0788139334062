import { randomUUID } from "node:crypto";
import { reasonOf } from "../../queue/errors.js";
import { cancelAsKeeper } from "../../queue/givingUp.js";
import type { Queue } from "../../queue/queue.js";
import { printable } from "../../text/printable.js";
import { announceStart } from "../announceStart.js";
import { saveCommonInputs } from "../commonInputs.js";
import { startHeartbeats } from "../heartbeats.js";
import type { StartInputs } from "../inputs.js";
import { runnerProcess } from "../jobSteps.js";
import { log } from "../log.js";
import { state } from "../state.js";
import { takeTurn } from "../takeTurn.js";
import { saveVerification, willVerify } from "../verificationInputs.js";

/** Starts now and keeps the deployment alive in the background. The post step ends it. */
export async function job(queue: Queue, inputs: StartInputs): Promise<void> {
  const stopOnCancel = inputs.stopOnCancel && runnerProcess() !== undefined;
  if (inputs.stopOnCancel && !stopOnCancel) {
    log.warn("stop-on-cancel has no effect here: the runner is out of reach, as in a container and outside Linux");
  }
  // The same name for the wait and for the background process: a step that is tried again meanwhile has another one and is refused.
  const keeper = { name: randomUUID(), stopOnCancel };
  const turn = await takeTurn(queue, inputs, {
    heartbeat: true,
    keeper: keeper.name,
    cureOfUnverified: willVerify() ? undefined : "Give this step the input verify, or use the modes start and finish.",
    onSuperseded: () => state.deploymentId.save(""),
    onEnqueued: ({ id }) => {
      state.deploymentId.save(String(id));
      state.stopOnCancel.save(String(stopOnCancel));
      saveCommonInputs(inputs);
      saveVerification();
    },
  });
  if (turn === undefined) {
    return;
  }
  try {
    await startHeartbeats(inputs, turn.deployment, keeper);
  } catch (error) {
    const reason = reasonOf(error);
    // When this fails too, the post step tries again.
    await cancelAsKeeper(queue, turn.deployment.id, printable(reason)).catch(() => undefined);
    throw error;
  }
  state.slackStartMessage.save((await announceStart(inputs, turn)) ?? "");
}
