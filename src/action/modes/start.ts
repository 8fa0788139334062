import type { Queue } from "../../queue/queue.js";
import { announceStart } from "../announceStart.js";
import type { StartInputs } from "../inputs.js";
import { takeTurn } from "../takeTurn.js";

/** The job goes on to deploy, and ends with mode finish or cancel; heartbeats are its own affair. */
export async function start(queue: Queue, inputs: StartInputs): Promise<void> {
  const turn = await takeTurn(queue, inputs, { heartbeat: false });
  await announceStart(inputs, turn);
}
