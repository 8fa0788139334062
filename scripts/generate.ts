// Writes the generated files; with --check only compares, and says what is out of date.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { version } from "../package.json";
import { createCli } from "../src/commandLine/runCli.js";
import { Database } from "../src/database/database.js";
import { migrateSchema } from "../src/database/migrate.js";
import { numbersAsGrafana } from "../tests/support/grafana/numbers.js";
import { startTestServer } from "../tests/support/server.js";
import { actionDocs } from "./actionDocs.js";
import { buildAction } from "./buildAction.js";
import { commandLineDocs } from "./commandLineDocs.js";
import { grafanaFiles, grafanaPictures } from "./grafanaFiles.js";
import { grantsTable, withGrants } from "./grantsTable.js";
import { withMigrationHeaders } from "./migrationHeaders.js";
import { openApiDocument } from "./openApiDocument.js";

const check = process.argv.includes("--check");
const problems: string[] = [];

async function generated(path: string, text: string): Promise<void> {
  const present = await readFile(path, "utf8").catch(() => "");
  if (present === text) {
    return;
  }
  if (check) {
    problems.push(`${path} is out of date: run "npm run generate"`);
  } else {
    await writeFile(path, text);
    process.stdout.write(`wrote ${path}\n`);
  }
}

for (const [path, text] of await withMigrationHeaders("migrations/committed")) {
  await generated(path, text);
}
const cli = await createCli(version);
await generated("docs/cli.md", commandLineDocs(cli));
for (const [name, text] of await buildAction()) {
  await generated(`dist/${name}`, text);
}
const page = "README.md";
await generated(page, actionDocs(await readFile(page, "utf8"), await readFile("action.yml", "utf8")));
for (const [path, text] of grafanaFiles()) {
  await generated(path, text);
}

// Always the embedded server: other versions print expressions differently.
process.env["DEPLOY_QUEUE_TEST_SERVER"] = "embedded";
const server = await startTestServer();
const root = postgres(server.url, { max: 1, onnotice: () => undefined });
const name = `generate_${process.pid}`;
await root.unsafe(`create database ${name}`);
const url = new URL(server.url);
url.pathname = `/${name}`;
const sql = postgres(url.href, { ...numbersAsGrafana, max: 1, onnotice: () => undefined });
try {
  const database = new Database({ url: url.href, applicationName: "generate" });
  await migrateSchema(database, {
    url: url.href,
    folder: join(process.cwd(), "migrations"),
    onProgress: () => undefined,
  });
  await database.close();
  await sql`select deploy_queue.create_roles()`;
  await generated("docs/roles.md", withGrants(await readFile("docs/roles.md", "utf8"), await grantsTable(sql)));
  await generated("docs/openapi.json", await openApiDocument(url.href));
  for (const [path, text] of await grafanaPictures(sql)) {
    await generated(path, text);
  }
} finally {
  await sql.end();
  await root.end();
  await server.stop();
}
for (const problem of problems) {
  process.stderr.write(`${problem}\n`);
}
process.exit(problems.length > 0 ? 1 : 0);
