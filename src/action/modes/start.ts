import type { Queue } from "../../queue/queue.js";
import { announceStart } from "../announceStart.js";
import type { StartInputs } from "../inputs.js";
import { takeTurn } from "../takeTurn.js";

/** Starts. Later steps of the job deploy and end the deployment with mode finish or cancel. This step sends no heartbeats for them. */
export async function start(queue: Queue, inputs: StartInputs): Promise<void> {
  const turn = await takeTurn(queue, inputs, { heartbeat: false });
  if (turn !== undefined) {
    await announceStart(inputs, turn);
  }
}
