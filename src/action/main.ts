import type { DeploymentRequest } from "../queue/deployment.js";
import { CommandStreams } from "./commandStreams.js";
import { type Inputs, readInputs } from "./inputs.js";
import { fail } from "./log.js";
import { assert } from "./modes/assert.js";
import { bypass } from "./modes/bypass.js";
import { cancel } from "./modes/cancel.js";
import { check } from "./modes/check.js";
import { failDeployment } from "./modes/failDeployment.js";
import { finish } from "./modes/finish.js";
import { info } from "./modes/info.js";
import { job } from "./modes/job.js";
import { listCells } from "./modes/listCells.js";
import { listOutliers } from "./modes/listOutliers.js";
import { reserve } from "./modes/reserve.js";
import { run as runCommand } from "./modes/run.js";
import { start } from "./modes/start.js";
import { withQueue } from "./queueSession.js";
import type { Reservation } from "./turnInputs.js";

/** The main step. Failures end up as an annotation. */
export async function run(): Promise<void> {
  try {
    const inputs = readInputs();
    await act(inputs);
  } catch (error) {
    fail(error);
  }
}

function act(inputs: Inputs): Promise<void> {
  switch (inputs.mode) {
    case "start":
      return withQueue(inputs, { migrate: mayMigrate(inputs.wanted), patient: true }, (queue) => start(queue, inputs));
    case "job":
      return withQueue(inputs, { migrate: mayMigrate(inputs.wanted), patient: true }, (queue) => job(queue, inputs));
    case "run": {
      const streams = new CommandStreams();
      const { log } = streams;
      return withQueue(inputs, { migrate: mayMigrate(inputs.wanted), patient: true, log }, (queue) =>
        runCommand(queue, inputs, streams),
      );
    }
    case "reserve":
      return withQueue(inputs, { migrate: mayMigrate(inputs.request), patient: true }, (queue) =>
        reserve(queue, inputs),
      );
    case "assert":
      return withQueue(inputs, { patient: true }, (queue) => assert(queue, inputs));
    case "finish":
      return withQueue(inputs, { patient: true }, (queue) => finish(queue, inputs));
    case "fail":
      return withQueue(inputs, { patient: true }, (queue) => failDeployment(queue, inputs));
    case "cancel":
      return withQueue(inputs, { patient: true }, (queue) => cancel(queue, inputs));
    case "info":
      return withQueue(inputs, {}, (queue) => info(queue, inputs));
    case "check":
      return withQueue(inputs, { patient: true }, (queue) => check(queue, inputs));
    case "list-outliers":
      return withQueue(inputs, {}, listOutliers);
    case "list-cells":
      return withQueue(inputs, {}, (queue) => listCells(queue, inputs));
    case "bypass":
      return withQueue(inputs, {}, (queue) => bypass(queue, inputs));
  }
}

/** A person migrates production, not the first workflow that has a newer version. */
function mayMigrate(wanted: DeploymentRequest | Reservation): boolean {
  return "environment" in wanted && wanted.environment !== "prod";
}
