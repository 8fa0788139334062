import { enterLine as enter, type WaitEvent } from "../output/enterLine.js";
import { setGitHubOutput } from "../output/githubOutput.js";
import { lineDisplay } from "../output/lineDisplay.js";
import type { Deployment } from "../queue/deployment.js";
import type { WayIn } from "../queue/entering.js";
import type { Session } from "./queueCommand.js";

export interface EnterOptions {
  readonly wayIn: WayIn;
  /** Whether the deployment gets heartbeats after its start too. */
  readonly heartbeat: boolean;
  /** In milliseconds, as the next one. */
  readonly waitTimeout: number | undefined;
  readonly outageTimeout: number;
  /** Whether other waits are shown beside this one: then a line for each change, also on a terminal. */
  readonly beside?: boolean;
  readonly onEvent: (event: WaitEvent) => void;
}

/**
 * Enters the line and starts, as the options say.
 * @throws CancelledError, WaitTimeoutError
 */
export function enterLine({ queue, log }: Session, options: EnterOptions): Promise<Deployment> {
  return enter(queue, {
    wayIn: options.wayIn,
    heartbeat: options.heartbeat,
    waitTimeout: options.waitTimeout,
    outageTimeout: options.outageTimeout,
    log,
    async createDisplay(deployment) {
      if (options.beside === true) {
        return lineDisplay(deployment, log);
      }
      // Loaded here, because most starts do not wait.
      const { createWaitingDisplay } = await import("../output/waitingDisplay.js");
      return createWaitingDisplay(deployment, log);
    },
    onEnqueued: (deployment) => setGitHubOutput("deployment-id", String(deployment.id)),
    onEvent: options.onEvent,
  });
}
