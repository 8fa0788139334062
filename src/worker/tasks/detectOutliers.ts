import { componentName } from "../../text/describe.js";
import { formatDuration } from "../../text/durations.js";
import type { Task } from "../task.js";

export const detectOutliers: Task = {
  name: "detect_outliers",
  schedule: "* * * * *",
  description: "recording deployments that have become outliers",
  async perform({ queue, log }) {
    for (const outlier of await queue.upkeep.detectOutliers()) {
      const { id, current_duration, avg_duration } = outlier;
      log.warn(
        `deployment ${id} (${componentName(outlier)}) has been running for ${formatDuration(current_duration * 1000)}, ` +
          `usual are ${formatDuration(avg_duration * 1000)}`,
      );
    }
  },
};
