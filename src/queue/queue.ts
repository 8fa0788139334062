import type { Database } from "../database/database.js";
import { QueueCalls } from "./calls/queueCalls.js";
import { SharedForecasts } from "./sharedForecasts.js";

/** The queue as this program sees it: its calls, and the connection on which a wait listens. */
export class Queue extends QueueCalls {
  declare readonly database: Database;
  readonly forecasts = new SharedForecasts(this.line);

  /** From now on each transition notifies the channel of all transitions. */
  async followTransitions(): Promise<void> {
    await this.rows((sql) => sql`select deploy_queue.follow_transitions()`);
  }

  async unfollowTransitions(): Promise<void> {
    await this.rows((sql) => sql`select deploy_queue.unfollow_transitions()`);
  }
}
