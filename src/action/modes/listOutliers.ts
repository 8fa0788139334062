import { info, setOutput } from "@actions/core";
import { outlierRecords } from "../../output/outlierRecords.js";
import type { Queue } from "../../queue/queue.js";

export async function listOutliers(queue: Queue): Promise<void> {
  const outliers = outlierRecords(await queue.outliers());
  setOutput("active-outliers", outliers);
  info(JSON.stringify(outliers, null, 2));
}
