import { setTimeout as sleep } from "node:timers/promises";
import type { Task } from "../task.js";

const minute = 60_000;

export const pruneHistory: Task = {
  name: "prune_history",
  schedule: "23 3 * * *",
  description: "removing history that is older than the retention of its environment",
  async perform({ queue, log, signal }) {
    let total = 0;
    let told = performance.now();
    for (let count = -1; count !== 0 && !signal.aborted; ) {
      const began = performance.now();
      count = await queue.upkeep.pruneHistory();
      total += count;
      if (count > 0 && performance.now() - told > minute) {
        told = performance.now();
        log.info(`removed ${total} deployments that were older than the retention of their environment, and goes on`);
      }
      // A rest of three times as long as the batch took leaves most of the server and of its disk to deployments.
      await sleep(3 * (performance.now() - began));
    }
    if (total > 0) {
      log.info(`removed ${total} deployments that were older than the retention of their environment`);
    }
  },
};
