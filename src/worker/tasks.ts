import type { Task } from "./task.js";
import { deliverWebhooksTask } from "./tasks/deliverWebhooks.js";
import { detectOutliers } from "./tasks/detectOutliers.js";
import { pruneHistory } from "./tasks/pruneHistory.js";
import { pruneLogs } from "./tasks/pruneLogs.js";
import { reapStaleDeployments } from "./tasks/reapStaleDeployments.js";
import { refreshDurations } from "./tasks/refreshDurations.js";
import { refreshWeeklyFigures } from "./tasks/refreshWeeklyFigures.js";

/** Everything that the worker does, in the order of "worker --once": weeks are added up before their deployments are pruned. */
export const tasks: readonly Task[] = [
  reapStaleDeployments,
  detectOutliers,
  refreshDurations,
  refreshWeeklyFigures,
  deliverWebhooksTask,
  pruneHistory,
  pruneLogs,
];
