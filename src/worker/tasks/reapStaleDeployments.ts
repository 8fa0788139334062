import { deploymentName } from "../../text/describe.js";
import type { Task } from "../task.js";

export const reapStaleDeployments: Task = {
  name: "reap_stale_deployments",
  schedule: "* * * * *",
  description: "reaping deployments whose heartbeats stopped or that run for too long",
  async perform({ queue, log }) {
    for (const deployment of await queue.upkeep.reapStaleDeployments()) {
      log.info(`${deploymentName(deployment)} was ${deployment.cancellation_note}`);
    }
  },
};
