import type { EnqueueArguments, TestDatabase } from "./database.js";
import { newLine } from "./line.js";

export interface Versioned {
  readonly component: string;
  readonly version: string;
}

let components = 0;

/** A component of its own, of which a version is known. */
export async function newVersion(database: TestDatabase): Promise<Versioned> {
  const what: Pick<EnqueueArguments, "component" | "version"> = { component: `marked-${components++}`, version: "v3" };
  await newLine(database).add("finished", what);
  return what;
}

export const markBad = ({ sql }: Pick<TestDatabase, "sql">, { component, version }: Versioned) =>
  sql<{ id: number; cancellation_kind: string | null; cancellation_note: string | null }[]>`
    select id, cancellation_kind, cancellation_note
    from deploy_queue.mark_bad(${component}, ${version}, 'it loses orders') order by id`;

export const markGood = ({ sql }: Pick<TestDatabase, "sql">, { component, version }: Versioned) =>
  sql`select component, version, reason from deploy_queue.mark_good(${component}, ${version})`;
