import { info, setOutput } from "@actions/core";
import type { Queue } from "../../queue/queue.js";
import { outlierRecords } from "../../tables/outlierRecords.js";
import { jsonText } from "../../text/printable.js";

export async function listOutliers(queue: Queue): Promise<void> {
  const outliers = outlierRecords(await queue.boards.outliers());
  setOutput("active-outliers", outliers);
  info(jsonText(outliers, 2));
}
