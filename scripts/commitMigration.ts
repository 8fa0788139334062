// Freezes migrations/current.sql, with everything it includes from sql/, into migrations/committed/.
import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { commit } from "graphile-migrate";
import { clearAllPools } from "graphile-migrate/dist/pgReal.js";
import postgres from "postgres";
import { startTestServer } from "../tests/support/server.js";

const migrationsFolder = "./migrations";
const committed = join(migrationsFolder, "committed");

// A throw-away server, whatever the environment names.
delete process.env["DEPLOY_QUEUE_TEST_DATABASE_URL"];
const server = await startTestServer();
try {
  const root = postgres(server.url, { onnotice: () => undefined });
  const suffix = `_commit_${process.pid}`;
  const urlOf = (name: string): string => {
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    return url.href;
  };
  await root.unsafe(`create database main${suffix}`);
  await root.unsafe(`create database shadow${suffix}`);
  await commit(
    {
      connectionString: urlOf(`main${suffix}`),
      shadowConnectionString: urlOf(`shadow${suffix}`),
      rootConnectionString: server.url,
      databaseOwner: decodeURIComponent(new URL(server.url).username),
      migrationsFolder,
    },
    process.argv[2],
  );
  // It leaves them at 0440, which git does not keep and which hinders a copy.
  for (const name of await readdir(committed)) {
    await chmod(join(committed, name), 0o644);
  }
  clearAllPools();
  await root.end();
} finally {
  await server.stop();
}
process.exit();
