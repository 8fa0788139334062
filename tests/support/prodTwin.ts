import type { TestDatabase } from "./database.js";
import { newLine } from "./line.js";

/** What a view and its twin for prod show of deployments to dev and prod, and the columns of the twin in their order. */
export async function readProdTwin(database: TestDatabase, view: string) {
  const { sql } = database;
  for (const environment of ["dev", "prod"]) {
    await newLine(database, environment).add("finished", { version: "v1" });
    await newLine(database, environment).add("queued", { version: "v1" });
  }
  await database.advance("11 minutes");
  const environmentsIn = async (name: string) => {
    const rows = await sql<{ environment: string }[]>`
      select distinct environment from ${sql(`deploy_queue.${name}`)} order by 1`;
    return rows.map(({ environment }) => environment);
  };
  const [row] = await sql<{ columns: string }[]>`
    select string_agg(attname, ' ' order by attnum) as columns from pg_attribute
    where attrelid = ${`deploy_queue.prod_${view}`}::regclass and attnum > 0`;
  return { everywhere: await environmentsIn(view), prod: await environmentsIn(`prod_${view}`), columns: row?.columns };
}
