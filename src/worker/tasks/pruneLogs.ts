import type { Task } from "../task.js";

export const pruneLogs: Task = {
  name: "prune_logs",
  schedule: "17 * * * *",
  description: "removing logs that are older than the log retention of their environment",
  async perform({ queue, log, signal }) {
    let total = 0;
    for (let count = -1; count !== 0 && !signal.aborted; ) {
      count = await queue.logs.prune();
      total += count;
    }
    if (total > 0) {
      log.info(`removed ${total} logs that were older than the log retention of their environment`);
    }
  },
};
