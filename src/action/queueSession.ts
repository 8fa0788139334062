import type { Log } from "../display/log.js";
import { logOutages } from "../display/outages.js";
import { actorOf } from "../queue/actor.js";
import { ensureReady, openSource } from "../queue/openSource.js";
import { outlastOutages } from "../queue/outage.js";
import { Queue } from "../queue/queue.js";
import { callsAsCommands } from "../text/callAsCommand.js";
import type { CommonInputs } from "./commonInputs.js";
import { log as stepLog } from "./log.js";
import { applicationName } from "./workflow.js";

export interface SessionOptions {
  /** Whether to bring an older schema up to date. */
  readonly migrate?: boolean;
  /** Whether to wait for a database that is away: for a step that waits anyway, and for a step that frees a cell and has no later step to do it. */
  readonly patient?: boolean;
  /** Where messages go. */
  readonly log?: Log;
}

/** Connects to the database or a server, makes sure that our schema is there, and closes the connection in the end. */
export async function withQueue(
  inputs: CommonInputs,
  { migrate = false, patient = false, log = stepLog }: SessionOptions,
  act: (queue: Queue) => Promise<void>,
): Promise<void> {
  const { address } = inputs;
  const source = openSource({
    ...address,
    applicationName: applicationName(inputs.job),
    actor: actorOf(process.env),
    onNotice: (message) => log.info(callsAsCommands(message)),
    onWarning: (message) => log.warn(callsAsCommands(message)),
  });
  try {
    const outageTimeout = patient ? inputs.outageTimeout : 0;
    await outlastOutages(
      () => ensureReady(source, { url: address.url, migrate, onProgress: log.info, onWarning: log.warn }),
      {
        outageTimeout,
        onEvent: patient ? logOutages(log) : undefined,
      },
    );
    await act(new Queue(source));
  } finally {
    await source.close();
  }
}

/** Repeats a call that may be repeated until the database answers, for as long as outage-timeout says. */
export function patiently<Result>(inputs: CommonInputs, call: () => Promise<Result>): Promise<Result> {
  return outlastOutages(call, { outageTimeout: inputs.outageTimeout, onEvent: logOutages(stepLog) });
}
