import type { Deployment } from "../deployment.js";
import { type Outlier, outlier } from "./boards.js";
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
    return this.changes((sql) => sql`select * from deploy_queue.reap_stale_deployments()`);
  }

  /** Records and tells the outliers that are new, and returns them. */
  detectOutliers(): Promise<Outlier[]> {
    return this.changes((sql) => sql`select ${outlier(sql)} from deploy_queue.detect_outliers() order by id`);
  }

  /** Refreshes a batch of usual durations; returns how many, 0 when none is left. */
  async refreshDurations(): Promise<number> {
    const { count } = await this.row<{ count: number }>((sql) => sql`select deploy_queue.refresh_durations() as count`);
    return count;
  }

  /** Adds up a batch of weeks that are over, for boards and reports; returns how many, 0 when none is left. */
  async refreshWeeklyFigures(): Promise<number> {
    const { count } = await this.row<{ count: number }>(
      (sql) => sql`select deploy_queue.refresh_weekly_figures() as count`,
    );
    return count;
  }

  /**
   * Removes a batch of history that is older than its environment keeps it; returns how many, 0 when none is left. Small
   * batches, so that no commit waits behind a big one.
   */
  async pruneHistory(batchSize = 200): Promise<number> {
    const { count } = await this.row<{ count: number }>(
      (sql) => sql`select deploy_queue.prune_history(batch_size => ${batchSize}) as count`,
    );
    return count;
  }

  async workerSeen(name: string, version: string): Promise<void> {
    await this.rows((sql) => sql`select deploy_queue.worker_seen(name => ${name}, version => ${version})`);
  }

  /** Ends a session that holds up the queue, and returns what session it was. */
  async endBlocker(pid: number): Promise<string> {
    const { session } = await this.change<{ session: string }>(
      (sql) => sql`select deploy_queue.end_blocker(pid => ${pid}) as session`,
    );
    return session;
  }

  /** What is well and what is not. workerHost: a worker on this host is demanded. */
  health(workerHost?: string): Promise<Finding[]> {
    return this.rows((sql) => sql`select * from deploy_queue.health(worker_host => ${workerHost ?? null})`);
  }
}
