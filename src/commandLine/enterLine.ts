import type { Writable } from "node:stream";
import { enterLine as enter } from "../display/enterLine.js";
import { lineDisplay } from "../display/lineDisplay.js";
import type { WaitEvent } from "../display/waitEvents.js";
import type { Deployment } from "../queue/deployment.js";
import type { WayIn } from "../queue/entering.js";
import { CancelledError } from "../queue/errors.js";
import { outlastOutages } from "../queue/outage.js";
import { checkGitHubOutput, setGitHubOutput } from "./githubOutput.js";
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
  /** Whether the events are printed, between which nothing may be redrawn. */
  readonly json: boolean;
  /** Where the events go: when nobody reads them any more, the place is given up, or what has just started. */
  readonly output: Writable | undefined;
  readonly onEvent: (event: WaitEvent) => void;
}

/**
 * Enters the line and starts, as the options say.
 * @throws CancelledError, WaitTimeoutError; InvalidValueError when GITHUB_OUTPUT cannot be written
 */
export async function enterLine({ queue, log }: Session, options: EnterOptions): Promise<Deployment> {
  const { output } = options;
  await checkGitHubOutput();
  const closed = new AbortController();
  const onError = ({ code, message }: NodeJS.ErrnoException): void =>
    closed.abort(
      new CancelledError(
        code === "EPIPE"
          ? `nobody reads the output any more (${message})`
          : `the output could not be written: ${message}`,
      ),
    );
  output?.on("error", onError);
  try {
    const deployment = await enter(queue, {
      wayIn: options.wayIn,
      heartbeat: options.heartbeat,
      waitTimeout: options.waitTimeout,
      outageTimeout: options.outageTimeout,
      signal: closed.signal,
      log,
      async createDisplay(waiting) {
        if (options.beside === true) {
          return lineDisplay(waiting, log);
        }
        // Loaded here, because most starts do not wait.
        const { createWaitingDisplay } = await import("../display/waitingDisplay.js");
        return createWaitingDisplay(waiting, log, { redrawn: !options.json });
      },
      onEnqueued: (enqueued) => setGitHubOutput("deployment-id", String(enqueued.id)),
      onEvent: options.onEvent,
    });
    await written(output);
    if (closed.signal.aborted) {
      const note = `gave up at the start: ${closed.signal.reason.message}`;
      await outlastOutages(() => queue.cancel(deployment.id, note), { outageTimeout: options.outageTimeout });
      throw closed.signal.reason;
    }
    return deployment;
  } finally {
    output?.off("error", onError);
  }
}

/** Until what has been written so far has been, or has failed. */
async function written(output: Writable | undefined): Promise<void> {
  await new Promise<void>((resolve) => (output === undefined ? resolve() : output.write("", () => resolve())));
}
