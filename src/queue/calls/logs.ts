import type { DeploymentId } from "../deployment.js";
import { Json } from "../source.js";
import { Calls } from "./calls.js";

/** Of the command, or of the one that writes the log. */
export type LogStream = "stdout" | "stderr" | "note";

/** A row of deploy_queue.logs(): a piece of the output, which begins and ends anywhere in a line. */
export interface LogChunk {
  readonly position: number;
  readonly logged_at: Date;
  readonly stream: LogStream;
  readonly content: string;
}

export interface LogPolicy {
  /** Whether what the work prints is kept without being asked for. */
  readonly log: boolean;
  /** In bytes. */
  readonly limit: number;
}

export interface LogSettings extends LogPolicy {
  /** Of the next chunk. */
  readonly nextPosition: number;
}

export interface NewChunk {
  readonly stream: LogStream;
  /** 1 to 65,536 bytes. */
  readonly content: string;
  /** How many seconds ago it was printed. */
  readonly age: number;
}

export interface LogSelection {
  /** The last position that is known. */
  readonly after?: number | undefined;
  readonly since?: Date | undefined;
  readonly stream?: LogStream | undefined;
}

/** What the work of deployments has printed. */
export class Logs extends Calls {
  /** Undefined for an environment that does not exist. */
  async policy(environment: string, component: string): Promise<LogPolicy | undefined> {
    const [row] = await this.rows<{ log: boolean; log_limit: number }>("log_policy", { environment, component });
    return row && { log: row.log, limit: row.log_limit };
  }

  /** @param timeout milliseconds without an answer after which it is given up */
  async settings(id: DeploymentId, timeout?: number): Promise<LogSettings> {
    const { log, log_limit, next_position } = await this.row<{
      log: boolean;
      log_limit: number;
      next_position: number;
    }>("log_settings", { deployment_id: id }, { timeout });
    return { log, limit: log_limit, nextPosition: next_position };
  }

  /**
   * May be repeated: what is there already is passed over.
   * @returns the position of the next chunk
   * @throws LogFullError
   */
  append(id: DeploymentId, keeper: string, firstPosition: number, chunks: readonly NewChunk[]): Promise<number> {
    return this.value("append_log", {
      deployment_id: id,
      keeper,
      first_position: firstPosition,
      chunks: new Json(chunks),
    });
  }

  /** A page of a log, about 1 MiB: the next one begins after its last position, and the last one is empty. */
  page(id: DeploymentId, { after = 0, since, stream }: LogSelection = {}): Promise<LogChunk[]> {
    const values = { deployment_id: id, after_position: after, since, from_stream: stream };
    return this.rows("logs", values, { fields: ["position", "logged_at", "stream", "content"] });
  }

  /** Those of the deployments that have a log. */
  async logged(ids: readonly DeploymentId[]): Promise<ReadonlySet<DeploymentId>> {
    const rows = await this.rows<{ answer: DeploymentId }>("logged", { deployment_ids: ids.map(Number) });
    return new Set(rows.map(({ answer }) => answer));
  }

  /** Removes a batch of logs that are older than their retention; returns how many, 0 when none is left. */
  prune(): Promise<number> {
    return this.value("prune_logs", {});
  }
}
