import type { Database } from "../database/database.js";
import { whoMay } from "../database/serverFacts.js";
import { errorCode, isStillUsable } from "../database/unavailable.js";
import { RefusedError } from "./errors.js";

/** Those with the fewest privileges first. */
const roles = ["reader", "approver", "checker", "agent", "deployer", "operator", "deliverer"].map(
  (kind) => `deploy_queue_${kind}`,
);

/**
 * Turns the word of the server that this role may not call a function, or not read a view, into one that says who may. Any other error
 * comes back as it is.
 */
export async function explainRefusal(error: unknown, database: Database, name: string): Promise<unknown> {
  // A refusal of ours has a hint.
  if (errorCode(error) !== "42501" || !isStillUsable(error) || (error instanceof Error && Reflect.get(error, "hint"))) {
    return error;
  }
  const who = await whoMay(database, name, roles).catch(() => undefined);
  // It lacks something that this needs, and not this.
  if (who === undefined || who.may) {
    return error;
  }
  const [least = "the owner of the queue"] = who.others;
  const cure = who.others.length > 0 ? "The owner of the queue makes it a member with deploy_queue.grant_role(). " : "";
  return new RefusedError(`role ${who.role} may not use ${name}; ${least} may`, {
    hint: `${cure}What each role may is in docs/roles.md.`,
    cause: error,
  });
}
