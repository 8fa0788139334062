import type { Task } from "../task.js";

export const refreshDurations: Task = {
  name: "refresh_durations",
  schedule: "7 * * * *",
  description: "refreshing usual durations that have become too old",
  async perform({ queue, log, signal }) {
    let total = 0;
    for (let count = -1; count !== 0 && !signal.aborted; ) {
      count = await queue.upkeep.refreshDurations();
      total += count;
    }
    log.debug(`refreshed the usual durations of ${total} components`);
  },
};
