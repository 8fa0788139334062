import { deploymentName } from "../text/describe.js";
import { cancelledError } from "./cancelled.js";
import type { Deployment, DeploymentRequest, ReservedRequest } from "./deployment.js";
import { RefusedError } from "./errors.js";
import { oneLine } from "./oneLine.js";
import type { Queue } from "./queue.js";
import { type Outcome, type Running, type RunOptions as RunningOptions, runDeployment } from "./run.js";
import { wayInto } from "./wayIn.js";

export interface RunOptions extends Omit<RunningOptions, "workSignal" | "cureOfUnverified"> {
  /** Sees that what was deployed works, and throws when it does not; the deployment is being verified meanwhile. */
  readonly verify?: ((deployment: Deployment, signal: AbortSignal) => Promise<unknown>) | undefined;
}

type Settled<Result> = { readonly value: Result } | { readonly error: unknown };

/**
 * A whole deployment whose work is a function. The signal of the options also ends the work.
 * @throws what the work or its verification throws; else how the deployment has ended, unless it has finished
 */
export async function runWork<Result>(
  queue: Queue,
  request: DeploymentRequest | ReservedRequest,
  deploy: (deployment: Deployment, signal: AbortSignal) => Promise<Result>,
  options: RunOptions,
): Promise<Result> {
  const { verify } = options;
  const work = async ({ deployment, stop, beginVerification }: Running): Promise<Outcome<Settled<Result>>> => {
    try {
      const value = await deploy(deployment, stop);
      if (verify !== undefined) {
        await beginVerification();
        await verify(deployment, stop);
      }
      return { result: { value }, failure: undefined, verified: verify !== undefined };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { result: { error }, failure: oneLine(`failed: ${reason}`) };
    }
  };
  const { result, end } = await runDeployment(queue, wayInto(queue, request, options.stopGrace), work, {
    ...options,
    workSignal: options.signal,
    cureOfUnverified: verify === undefined ? "Give run the option verify." : undefined,
  });
  const { id } = end.deployment;
  if (end.how === "cancelled") {
    throw cancelledError(end.deployment);
  }
  if (end.how === "lost-contact") {
    throw end.error;
  }
  if ("error" in result) {
    if (end.how === "failed") {
      await options.onEvent?.({ event: "given-up", deployment_id: id });
    } else if (end.how === "untold") {
      await options.onEvent?.({ event: "left-behind", deployment_id: id, failure: end.error, mayRun: false });
    }
    throw result.error;
  }
  if (end.how === "untold") {
    throw end.error;
  }
  if (end.how === "failed") {
    throw new RefusedError(`${deploymentName(end.deployment)} failed: ${end.deployment.cancellation_note}`);
  }
  return result.value;
}
