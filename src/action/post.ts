import { readFileSync } from "node:fs";
import { readCommonInputs } from "./commonInputs.js";
import { endJob } from "./endJob.js";
import { fail, log, logGroup } from "./log.js";
import { withQueue } from "./queueSession.js";
import { state } from "./state.js";

/** The post step, which has something to do only in mode job: it ends the deployment as the job has ended. */
export async function run(): Promise<void> {
  const id = state.deploymentId.read();
  if (id === "") {
    return;
  }
  try {
    showHeartbeats(state.heartbeatLog.read());
    const inputs = readCommonInputs();
    await withQueue(inputs, { patient: true }, (queue) =>
      endJob(queue, inputs, { id, slackStartMessage: state.slackStartMessage.read() || undefined }),
    );
  } catch (error) {
    fail(error);
  }
}

/** What the background process had to say, which nobody could see until now. */
function showHeartbeats(path: string): void {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    // Steps of the job may have removed it or taken it over; the deployment is to end all the same.
    return;
  }
  logGroup.start("Heartbeats");
  for (const line of text.trimEnd().split("\n")) {
    log.info(line);
  }
  logGroup.end();
}
