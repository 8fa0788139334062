import { info, setOutput } from "@actions/core";
import { outlierRecords } from "../../output/outlierRecords.js";
import { jsonText } from "../../output/text.js";
import type { Queue } from "../../queue/queue.js";

export async function listOutliers(queue: Queue): Promise<void> {
  const outliers = outlierRecords(await queue.boards.outliers());
  setOutput("active-outliers", outliers);
  info(jsonText(outliers, 2));
}
