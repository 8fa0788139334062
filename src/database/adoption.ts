import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "./database.js";
import { SchemaError } from "./errors.js";
import { objectsFolder } from "./schema.js";

/** What an adoption takes although a program of the predecessor uses it. */
export interface AdoptionScope {
  readonly withRunning: boolean;
  readonly withWaiting: boolean;
}

/**
 * The statements of an adoption: the functions of sql/adoption are created in pg_temp, one of them is called, and they are
 * dropped. They are sent as one query and so as one transaction, also behind a transaction pooler. Only the call returns rows.
 */
export async function adoptionStatements(
  entry: "adopt" | "preview_adoption",
  { withRunning, withWaiting }: AdoptionScope,
): Promise<string> {
  const files = (await readdir(adoptionFolder())).sort();
  return statements(files, `${entry}(with_running => ${withRunning}, with_waiting => ${withWaiting})`);
}

async function statements(files: readonly string[], call: string): Promise<string> {
  const functions = files.map((file) => `pg_temp.${file.replace(/\.sql$/, "")}`);
  return [
    "set local search_path = pg_catalog, pg_temp;",
    ...(await Promise.all(files.map((file) => readFile(join(adoptionFolder(), file), "utf8")))),
    `select * from pg_temp.${call};`,
    `drop function ${functions.join(", ")}`,
  ].join("\n");
}

function adoptionFolder(): string {
  return join(objectsFolder(), "adoption");
}

/**
 * @throws SchemaError when the new schema would hide the tables of the predecessor from programs that use them: all that wait would
 * start at once
 */
export async function refuseShadowing(database: Database): Promise<void> {
  const text = await statements(["_shadowing.sql"], "_shadowing()");
  const results = await database.query<{ amount: string; problem: string }[]>((sql) => sql.unsafe(text));
  const [found] = results.flat();
  if (found !== undefined) {
    throw new SchemaError(
      `the schema deploy_queue in ${database.target} is not created: ${found.amount} ${found.problem}`,
      {
        hint: "Nothing was changed. Another way: migrate as another role, which role deploy_queue is no member of. docs/adoption.md has the steps.",
      },
    );
  }
}
