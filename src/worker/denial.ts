import type { Database } from "../database/database.js";
import { type WhoWorks, whoWorks } from "../database/serverFacts.js";
import { errorCode, isStillUsable } from "../database/unavailable.js";
import { RefusedError } from "../queue/errors.js";
import { workerSchema } from "./runner.js";

/** Whether the server says that the role may not: no outage, so that waiting does not help. */
export function isDenied(error: unknown): error is Error {
  return error instanceof Error && (isOfPrivileges(error) || isOfPrivileges(error.cause));
}

/** The same as a line that names the role and what to grant; any other error comes back as it is. */
export async function explainDenial(error: unknown, database: Database): Promise<unknown> {
  if (!isDenied(error)) {
    return error;
  }
  const who = await whoWorks(database, workerSchema).catch(() => undefined);
  if (who === undefined) {
    return error;
  }
  const tables = error instanceof RefusedError ? "" : cureOfTables(who);
  return new RefusedError(`the role ${who.role} may not do the work of a worker: ${error.message}`, {
    hint: `As the owner of the queue, after "deploy-queue roles create": grant deploy_queue_operator to ${who.role}${tables}`,
    cause: error,
  });
}

/** For those of graphile-worker, which the queue itself does not refuse. */
function cureOfTables({ role, database, owner }: WhoWorks): string {
  return owner === null || owner === role
    ? `, and for the schema ${workerSchema}: grant create on database ${database} to ${role}`
    : `, and work as ${owner}, who owns the schema ${workerSchema}, or without one: deploy-queue worker --once`;
}

function isOfPrivileges(error: unknown): boolean {
  return errorCode(error) === "42501" && isStillUsable(error);
}
