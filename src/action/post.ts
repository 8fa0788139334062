import { readFileSync } from "node:fs";
import type { Queue } from "../queue/queue.js";
import { type CommonInputs, readSavedInputs } from "./commonInputs.js";
import { endJob } from "./endJob.js";
import { endReservation } from "./endReservation.js";
import { endMainStep, endRun } from "./endRun.js";
import { heartbeatFiles } from "./heartbeats.js";
import { fail, log, logGroup } from "./log.js";
import { withQueue } from "./queueSession.js";
import { tellEnd } from "./runnerWatch.js";
import { state } from "./state.js";
import { readSavedVerification } from "./verificationInputs.js";

/**
 * The post step. In mode job it ends the deployment as the job has ended, in mode reserve it gives the place up unless the job has
 * succeeded, in mode run it tidies up after a main step that was killed; in other modes it does nothing.
 */
export async function run(): Promise<void> {
  const reservation = state.reservationId.read();
  if (reservation !== "") {
    await attempt((queue, inputs) => endReservation(queue, inputs, reservation));
  }
  const startMessage = state.slackStartMessage.read() || undefined;
  const runId = state.runId.read();
  if (runId !== "") {
    endMainStep(Number(state.runProcess.read()));
    await attempt((queue, inputs) => endRun(queue, inputs, { id: runId, startMessage }));
  }
  const id = state.deploymentId.read();
  if (id !== "") {
    const heartbeats = heartbeatFiles(id);
    showHeartbeats(heartbeats.log);
    await attempt((queue, inputs) =>
      endJob(queue, inputs, {
        id,
        slackStartMessage: startMessage,
        stopOnCancel: state.stopOnCancel.read() === "true",
        ...readSavedVerification(),
      }),
    );
    // Also when the database is away for too long: nothing works on behalf of the deployment from here on.
    tellEnd(heartbeats.end);
  }
}

async function attempt(act: (queue: Queue, inputs: CommonInputs) => Promise<void>): Promise<void> {
  try {
    const inputs = readSavedInputs();
    await withQueue(inputs, { patient: true }, (queue) => act(queue, inputs));
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
