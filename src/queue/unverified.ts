import { UnverifiedError } from "./errors.js";
import type { Queue } from "./queue.js";
import type { WayIn } from "./wayIn.js";

/**
 * Refuses work that is not going to be verified before it enters the line, where its policy requires a verification: it could not finish.
 * @param cure how the caller would have it verified
 * @throws UnverifiedError
 */
export async function refuseUnverified(queue: Queue, wayIn: WayIn, cure: string): Promise<void> {
  if (!("enter" in wayIn) && wayIn.joinParent === true) {
    // The deployment that it is a part of is verified as a whole.
    return;
  }
  const { environment, component } = "enter" in wayIn ? await queue.deployment(wayIn.deployment) : wayIn;
  if (await queue.environments.requiresVerification(environment, component)) {
    throw new UnverifiedError(`${environment} requires that ${component} is verified, and nothing would verify it`, {
      hint: cure,
    });
  }
}
