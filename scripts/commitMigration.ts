// Freezes migrations/current.sql, with everything it includes from sql/, into migrations/committed/.
import { commit } from "graphile-migrate";
import { clearAllPools } from "graphile-migrate/dist/pgReal.js";
import postgres from "postgres";
import { startTestServer } from "../tests/support/server.js";

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
      migrationsFolder: "./migrations",
    },
    process.argv[2],
  );
  clearAllPools();
  await root.end();
} finally {
  await server.stop();
}
process.exit();
