import type { Deployment } from "../deployment.js";
import { fieldsOfOutlier, type Outlier } from "./boards.js";
import { Calls } from "./calls.js";

/** A row of deploy_queue.health. */
export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly text: string;
}

/** What the worker does, and what tells whether all is well. */
export class Upkeep extends Calls {
  /** Reaps the deployments whose heartbeats stopped or that run for too long. */
  reapStaleDeployments(): Promise<Deployment[]> {
    return this.changes("reap_stale_deployments", {});
  }

  /** Records and tells the outliers that are new, and returns them. */
  async detectOutliers(): Promise<Outlier[]> {
    const outliers = await this.changes<Outlier>("detect_outliers", {}, { fields: fieldsOfOutlier });
    return outliers.sort((one, other) => one.id - other.id);
  }

  /** Refreshes a batch of usual durations; returns how many, 0 when none is left. */
  refreshDurations(): Promise<number> {
    return this.value("refresh_durations", {});
  }

  /** Adds up a batch of weeks that are over, for boards and reports; returns how many, 0 when none is left. */
  refreshWeeklyFigures(): Promise<number> {
    return this.value("refresh_weekly_figures", {});
  }

  /**
   * Removes a batch of history that is older than its environment keeps it; returns how many, 0 when none is left. Small
   * batches, so that no commit waits behind a big one.
   */
  pruneHistory(batchSize = 200): Promise<number> {
    return this.value("prune_history", { batch_size: batchSize });
  }

  async workerSeen(name: string, version: string): Promise<void> {
    await this.rows("worker_seen", { name, version });
  }

  /** Ends a session that holds up the queue, and returns what session it was. */
  endBlocker(pid: number): Promise<string> {
    return this.value("end_blocker", { pid }, { changes: true });
  }

  /** What is well and what is not. workerHost: a worker on this host is demanded. */
  health(workerHost?: string): Promise<Finding[]> {
    return this.rows("health", { worker_host: workerHost });
  }
}
