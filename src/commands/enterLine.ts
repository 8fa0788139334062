import { parseDuration } from "../output/durations.js";
import { enterLine as enter, type WaitEvent } from "../output/enterLine.js";
import { setGitHubOutput } from "../output/githubOutput.js";
import type { Deployment, DeploymentRequest } from "../queue/deployment.js";
import { emptyIsAbsent } from "../queue/values.js";
import type { Session } from "./queueCommand.js";

export interface EnterOptions {
  readonly request: DeploymentRequest;
  /** Whether the deployment gets heartbeats after its start too. */
  readonly heartbeat: boolean;
  /** The options --wait-timeout and --outage-timeout as given. */
  readonly waitTimeout: string | undefined;
  readonly outageTimeout: string | undefined;
  readonly onEvent: (event: WaitEvent) => void;
}

/**
 * Enters the line and starts, as the options say.
 * @throws CancelledError, WaitTimeoutError
 */
export function enterLine({ queue, log }: Session, options: EnterOptions): Promise<Deployment> {
  return enter(queue, {
    request: options.request,
    heartbeat: options.heartbeat,
    waitTimeout: optionalDuration(options.waitTimeout, "--wait-timeout"),
    outageTimeout: optionalDuration(options.outageTimeout, "--outage-timeout"),
    log,
    async createDisplay(deployment) {
      // Loaded here, because most starts do not wait.
      const { createWaitingDisplay } = await import("../output/waitingDisplay.js");
      return createWaitingDisplay(deployment, log);
    },
    onEnqueued: (deployment) => setGitHubOutput("deployment-id", String(deployment.id)),
    onEvent: options.onEvent,
  });
}

function optionalDuration(text: string | undefined, option: string): number | undefined {
  const given = emptyIsAbsent(text);
  return given === undefined ? undefined : parseDuration(given, option);
}
