import { readFileSync } from "node:fs";
import { readCommonInputs } from "./commonInputs.js";
import { endJob } from "./endJob.js";
import { fail, log, logGroup } from "./log.js";
import { withQueue } from "./queueSession.js";
import { state } from "./state.js";

/** The post step. In mode job it ends the deployment as the job has ended; in other modes it does nothing. */
export async function run(): Promise<void> {
  const id = state.deploymentId.read();
  if (id === "") {
    return;
  }
  try {
    showHeartbeats(state.heartbeatLog.read());
    const inputs = readCommonInputs();
    await withQueue(inputs, { patient: true }, (queue) =>
      endJob(queue, inputs, {
        id,
        slackStartMessage: state.slackStartMessage.read() || undefined,
        stopOnCancel: state.stopOnCancel.read() === "true",
      }),
    );
  } catch (error) {
    fail(error);
  }
}

/** Prints what the background process reported, which no log has shown so far. */
function showHeartbeats(path: string): void {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    // A step of the job may have removed the log or taken it over. The deployment must end all the same.
    return;
  }
  logGroup.start("Heartbeats");
  for (const line of text.trimEnd().split("\n")) {
    log.info(line);
  }
  logGroup.end();
}
