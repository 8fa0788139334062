import type { Queue } from "../../queue/queue.js";
import { describeCheck } from "../../text/describeCheck.js";
import { readJsonFile } from "../../text/jsonFile.js";
import type { CheckInputs } from "../checkInputs.js";
import { log } from "../log.js";
import { patiently } from "../queueSession.js";

/** Reports for a version what the job has found. To report it twice, after an outage, changes nothing. */
export async function check(queue: Queue, inputs: CheckInputs): Promise<void> {
  const { report, passed, detailsFile } = inputs;
  if (passed === undefined) {
    log.info(`the job was cancelled: check ${report.name} is not reported`);
    return;
  }
  const details = detailsFile === undefined ? undefined : await readJsonFile(detailsFile, "details");
  log.info(describeCheck(await patiently(inputs, () => queue.checks.report({ ...report, passed, details }))));
}
