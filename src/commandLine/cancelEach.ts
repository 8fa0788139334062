import type { BaseContext } from "clipanion";
import type { RunningDeployment } from "../queue/calls/boards.js";
import type { Deployment } from "../queue/deployment.js";
import type { Queue } from "../queue/queue.js";
import { isStopping } from "../text/cancellation.js";
import { cellName, componentName } from "../text/describe.js";
import { confirmForce } from "./confirmForce.js";

interface Forcing {
  readonly force: boolean;
  readonly yes: boolean;
  readonly cancellationNote: string | undefined;
  readonly context: BaseContext;
}

/** Cancels several deployments. With force, those that are asked to stop by this are cancelled at once. */
export async function cancelEach(
  queue: Queue,
  { force, yes, cancellationNote: note, context }: Forcing,
  what: {
    readonly isMeant: (running: RunningDeployment) => boolean;
    readonly cancel: () => Promise<readonly Deployment[]>;
  },
): Promise<readonly Deployment[]> {
  if (force && !yes) {
    const running = (await queue.boards.running()).filter(what.isMeant);
    const lines = running.map(
      (one) => `${one.deployment_id} ${componentName(one)} in ${cellName({ ...one, index: one.cell_index })}`,
    );
    await confirmForce(lines, context);
  }
  const cancelled: Deployment[] = [];
  for (const deployment of await what.cancel()) {
    const isLeft = force && isStopping(deployment);
    cancelled.push(isLeft ? await queue.cancel(deployment.id, note, { force }) : deployment);
  }
  return cancelled;
}
