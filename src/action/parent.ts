import { exportVariable } from "@actions/core";
import { errorCode } from "../database/unavailable.js";
import type { Deployment, DeploymentRequest } from "../queue/deployment.js";
import { DeploymentNotFoundError, RefusedError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { deploymentName } from "../text/describe.js";
import { parseDeploymentId } from "../text/numbers.js";
import { patiently } from "./queueSession.js";
import type { TurnInputs } from "./turnInputs.js";
import { isOfThisJob } from "./workflow.js";

/** As `deploy-queue run` gives it to its command. */
const variable = "DEPLOY_QUEUE_DEPLOYMENT_ID";

/** From now on, what the later steps of the job enter is a part of this deployment. */
export function beParent({ id }: Deployment): void {
  exportVariable(variable, id);
}

/**
 * The deployment whose work this step is a part of: that of an earlier step of the job, or of a surrounding `deploy-queue run`. Any step
 * can set the variable. So it only leads to a refusal, and no step runs in the hold of a deployment that another job has entered.
 * @throws RefusedError when the step is to run in such a hold
 */
export async function parentOf(
  queue: Queue,
  inputs: TurnInputs,
): Promise<Pick<DeploymentRequest, "parentId" | "joinParent">> {
  const given = process.env[variable] ?? "";
  const parent = given === "" ? undefined : await patiently(inputs, () => find(queue, parseDeploymentId(given)));
  if (parent === undefined || parent.finish_timestamp !== null || parent.cancellation_timestamp !== null) {
    return {};
  }
  if (inputs.join && !isOfThisJob(parent, inputs.job)) {
    throw new RefusedError(`${deploymentName(parent)}, which ${variable} names, was not entered by this job`, {
      hint: "With join, a step runs in the hold of an earlier step of the same job only",
    });
  }
  return { parentId: parent.id, joinParent: inputs.join };
}

/** An error of the start, with the cure that a workflow has. */
export function withCure(error: unknown): unknown {
  return error instanceof RefusedError && errorCode(error.cause) === "QD035"
    ? new RefusedError(error.message, {
        hint: "Give this step `join: true`: then it runs in the hold of the earlier one. Or leave it out",
        cause: error,
      })
    : error;
}

async function find(queue: Queue, id: string): Promise<Deployment | undefined> {
  try {
    return await queue.deployment(id);
  } catch (error) {
    if (error instanceof DeploymentNotFoundError) {
      return undefined;
    }
    throw error;
  }
}
