import type { Queue } from "../../queue/queue.js";
import { cellName, componentName } from "../../text/describe.js";
import type { BypassInputs } from "../inputs.js";
import { summarize } from "../jobSummary.js";
import { log } from "../log.js";

/** Leaves an event for later questions, and a warning on the page of the run. */
export async function bypass(queue: Queue, { bypass }: BypassInputs): Promise<void> {
  const { id } = await queue.history.recordBypass(bypass);
  const name = componentName({ component: bypass.component, version: bypass.version ?? null });
  const cell = cellName({ ...bypass, cloud_provider: bypass.cloudProvider, index: bypass.cellIndex });
  log.warn(`${name} goes to ${cell} around the queue, recorded as event ${id}: ${bypass.note}`);
  await summarize("Deployment around the queue", [
    ["Component", name],
    ["Cell", cell],
    ["Note", bypass.note],
    ["Event", String(id), bypass.url],
  ]);
}
