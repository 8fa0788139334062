import type postgres from "postgres";

/** Creates a database as a copy of another one. A copy of the files takes a third of the time that PostgreSQL takes by default since 15. */
export async function createDatabase(root: postgres.Sql, name: string, template = "template1"): Promise<void> {
  const [server] = await root<{ canChoose: boolean }[]>`
    select current_setting('server_version_num')::integer >= 150000 as "canChoose"`;
  const strategy = server?.canChoose === true ? "strategy file_copy" : "";
  await root.unsafe(`create database ${name} template ${template} ${strategy}`);
}
