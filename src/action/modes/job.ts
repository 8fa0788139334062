import type { Queue } from "../../queue/queue.js";
import { printable } from "../../text/printable.js";
import { announceStart } from "../announceStart.js";
import { startHeartbeats } from "../heartbeats.js";
import type { StartInputs } from "../inputs.js";
import { state } from "../state.js";
import { takeTurn } from "../takeTurn.js";

/** Starts now and keeps the deployment alive in the background. The post step ends it. */
export async function job(queue: Queue, inputs: StartInputs): Promise<void> {
  const turn = await takeTurn(queue, inputs, {
    heartbeat: true,
    onEnqueued: ({ id }) => state.deploymentId.save(String(id)),
  });
  try {
    state.heartbeatLog.save(await startHeartbeats(inputs, turn.deployment));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // When this fails too, the post step tries again.
    await queue.cancel(turn.deployment.id, printable(reason)).catch(() => undefined);
    throw error;
  }
  state.slackStartMessage.save((await announceStart(inputs, turn)) ?? "");
}
