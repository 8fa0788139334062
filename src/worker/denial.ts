import type { Database } from "../database/database.js";
import { type WhoWorks, whoWorks } from "../database/serverFacts.js";
import { errorCode, isStillUsable } from "../database/unavailable.js";
import { RefusedError } from "../queue/errors.js";
import { workerSchema } from "./workerSchema.js";

/** Whether the server says that the role may not do this. This is no outage, so waiting does not help. */
export function isDenied(error: unknown): error is Error {
  return error instanceof Error && (isOfPrivileges(error) || isOfPrivileges(error.cause));
}

/** Turns such an error into one that names the role and what to grant. Any other error comes back as it is. */
export async function explainDenial(error: unknown, database: Database): Promise<unknown> {
  if (!isDenied(error)) {
    return error;
  }
  const who = await whoWorks(database, workerSchema).catch(() => undefined);
  if (who === undefined) {
    return error;
  }
  const tables = error instanceof RefusedError ? "" : cureOfTables(who);
  // Operators do not read what messages are signed with.
  const role = /webhook/.test(error.message) ? "deploy_queue_deliverer" : "deploy_queue_operator";
  return new RefusedError(`the role ${who.role} may not do the work of a worker: ${error.message}`, {
    hint: `As the owner of the queue, after "deploy-queue roles create": grant ${role} to ${who.role}${tables}`,
    cause: error,
  });
}

/** What to grant for the tables of graphile-worker, which do not belong to the queue. */
function cureOfTables({ role, database, owner }: WhoWorks): string {
  return owner === null || owner === role
    ? `, and for the schema ${workerSchema}: grant create on database ${database} to ${role}`
    : `. Then run the worker as ${owner}, the owner of the schema ${workerSchema}, or run deploy-queue worker --once, which needs no schema`;
}

function isOfPrivileges(error: unknown): boolean {
  return errorCode(error) === "42501" && isStillUsable(error);
}
