import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { objectsFolder } from "./schema.js";

/**
 * The statements of an adoption: the functions of sql/adoption are created in pg_temp, one of them is called, and they are
 * dropped. They are sent as one query and so as one transaction, also behind a transaction pooler. Only the call returns rows.
 */
export async function adoptionStatements(entry: "adopt" | "preview_adoption", withRunning: boolean): Promise<string> {
  const folder = join(objectsFolder(), "adoption");
  const files = (await readdir(folder)).sort();
  const functions = files.map((file) => `pg_temp.${file.replace(/\.sql$/, "")}`);
  return [
    "set local search_path = pg_catalog, pg_temp;",
    ...(await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")))),
    `select * from pg_temp.${entry}(with_running => ${withRunning});`,
    `drop function ${functions.join(", ")}`,
  ].join("\n");
}
