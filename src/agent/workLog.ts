import { closeInTime, type Log, openLog, patience, usualLimit } from "../logs/openLog.js";
import type { Deployment } from "../queue/deployment.js";
import { outlastOutages } from "../queue/outage.js";
import type { Keeper } from "../supervision/superviseCommands.js";
import { deploymentName } from "../text/describe.js";

/** The log of a deployment. Neither it nor what the agent says of the deployment shows a secret. */
export interface WorkLog extends Omit<Log, "close"> {
  /** A note that the agent says as well. */
  tell(message: string): void;
  masked(text: string): string;
  /** Stores the rest, and waits for that a while only. */
  close(): Promise<void>;
  /** Settles when the rest is stored, or lost. */
  stored(): Promise<void>;
}

export interface WorkLogOptions {
  readonly deployment: Deployment;
  readonly keeper: string;
  /** Bytes that are kept; fewer where the queue says so. */
  readonly limit: number | undefined;
  readonly secrets: readonly string[];
  /** Milliseconds without a database after which the rest is lost. */
  readonly outageTimeout: number;
  /** Aborted when the work is to end. */
  readonly stop: AbortSignal;
}

export async function openWorkLog({ queue, log: agentLog }: Keeper, options: WorkLogOptions): Promise<WorkLog> {
  const { deployment, keeper, limit = Number.POSITIVE_INFINITY, secrets, outageTimeout, stop } = options;
  const name = deploymentName(deployment);
  const settings = await outlastOutages(() => queue.logs.settings(deployment.id), {
    signal: stop,
    outageTimeout: patience,
  }).catch(() => undefined);
  const log = openLog(queue.source, {
    ...{ deploymentId: deployment.id, keeper, secrets, outageTimeout },
    limit: Math.min(limit, settings?.limit ?? usualLimit),
    onLoss: (why) => agentLog.warn(`${name}: the rest of its log is lost: ${why}`),
  });
  const masked = (text: string): string => secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  return {
    write: (stream, bytes) => log.write(stream, bytes),
    note: (text) => log.note(text),
    masked,
    tell(message) {
      agentLog.info(`${name}: ${masked(message)}`);
      log.note(message);
    },
    close: () => closeInTime(log),
    stored: () => log.close(),
  };
}
