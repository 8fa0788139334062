// Shows the queue with the real command line: several processes want the same cells. They use a PostgreSQL of their own, which is
// stopped and removed at the end.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import postgres from "postgres";
import { ensureEmbeddedServer, stopEmbeddedServer } from "../src/database/embedded/server.js";
import { renderTable } from "../src/tables/table.js";

const cli = join(import.meta.dirname, "../dist/cli.js");
const directory = await mkdtemp(join(tmpdir(), "deploy-queue-quickstart-"));
// Root's server runs as another user, which needs access.
await chmod(directory, 0o755);
const running = new Set<ChildProcess>();

try {
  say("Starting a PostgreSQL for this demonstration …");
  const { url } = await ensureEmbeddedServer(directory);
  process.env["DEPLOY_QUEUE_DATABASE_URL"] = url;

  say("An environment whose cells cool down for one second after each deployment:");
  await deployQueue("setup", "environment", "set", "demo", "--create", "--buffer-time", "1s").ended;

  say("api starts at once in cell 1. web wants the same cell and waits. db goes to cell 2 and does not wait:");
  // It works until the others are in line, however slow the machine is.
  const othersWait = join(directory, "others-wait");
  const working = `until test -e '${othersWait}'; do sleep 0.1; done`;
  const api = run("api", 1, "v1.4.0", `echo deploying api; ${working}; echo api is deployed`);
  await api.printed(/started/);
  const web = run("web", 1, "v7.0.1", "echo deploying web; sleep 1; echo web is deployed");
  await web.printed(/waits/);
  const db = run("db", 2, "v3.2.0", "echo migrating db; sleep 1; echo db is migrated");
  await db.printed(/started/);

  say("Two hotfixes share a concurrency key. After web, they run side by side:");
  const key = ["--concurrency-key", "incident-17"];
  const fixA = run("fix-a", 1, "v1.4.1", "echo fixing a; sleep 1.5; echo a is fixed", key);
  await fixA.printed(/waits/);
  const fixB = run("fix-b", 1, "v7.0.2", "echo fixing b; sleep 1.5; echo b is fixed", key);
  await fixB.printed(/waits/);

  say("One deployment is queued by mistake. An operator cancels it:");
  const oops = run("oops", 1, "v0.0.1", "echo this must never run");
  const [, oopsId = ""] = await oops.printed(/deployment (\d+) .* waits/);
  await deployQueue("operator", "cancel", "deployment", oopsId, "--cancellation-note", "wrong branch").ended;

  say("api is done. After the buffer comes web, and after that both hotfixes:");
  await writeFile(othersWait, "");
  await Promise.all([api, web, db, fixA, fixB, oops].map(({ ended }) => ended));

  say("What happened, as every client of the database sees it:");
  const sql = postgres(url, { max: 1 });
  const rows = await sql`
    select id, 'cell ' || cell_index as cell, component || '@' || version as component, status,
      to_char(coalesce(start_timestamp, cancellation_timestamp) - created_at, 'FMSS.MS"s"') as waited,
      coalesce(to_char(finish_timestamp - start_timestamp, 'FMSS.MS"s"'), '') as ran,
      coalesce(cancellation_note, concurrency_key, '') as remark
    from deploy_queue.deployments_with_status order by id`;
  await sql.end();
  const columns = ["id", "cell", "component", "status", "waited", "ran", "remark"];
  process.stdout.write(
    `${renderTable(
      columns,
      rows.map((row) => columns.map((column) => String(row[column]))),
    )}\n\n`,
  );

  say("The same over HTTP, for those who have a token instead of a database login:");
  await deployQueue("setup", "roles", "create").ended;
  const server = deployQueue("server", "serve", "--listen", "127.0.0.1:0");
  const [, base = ""] = await server.printed(/listening on (\S+)/);
  const tokens = deployQueue("setup", "token", "create", "--name", "ci", "--role", "deployer", "--environment", "demo");
  const [token] = await tokens.printed(/^dq\w*_\S+$/);
  const place = { environment: "demo", cloud_provider: "aws", region: "us-west-2", cell_index: 3, component: "api" };
  const entered = await curl(token, `${base}/v1/deployments`, { ...place, start: true });
  await curl(token, `${base}/v1/deployments/${entered["deployment_id"]}/finish`, {});
} finally {
  for (const child of running) {
    child.kill("SIGKILL");
  }
  await stopEmbeddedServer(directory);
  await rm(directory, { recursive: true, force: true });
}
say("Done. The PostgreSQL of this demonstration is stopped and removed. Next: node bin/deploy-queue.js --help");

interface Running {
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<void>;
}

function run(component: string, cell: number, version: string, script: string, more: readonly string[] = []): Running {
  const location = [
    "--environment",
    "demo",
    "--provider",
    "aws",
    "--region",
    "us-west-2",
    "--cell-index",
    String(cell),
  ];
  const what = ["--component", component, "--version", version];
  return deployQueue(component, "run", ...location, ...what, ...more, "--", "sh", "-c", script);
}

/** Starts the command line and prefixes what it prints. */
function deployQueue(name: string, ...args: readonly string[]): Running {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const lines: string[] = [];
  let look = (): void => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      process.stdout.write(`  ${name.padEnd(8)} | ${line}\n`);
      lines.push(line);
      look();
    });
  }
  const ended = once(child, "close").then(() => {
    running.delete(child);
    look();
  });
  return {
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const match = lines.map((line) => pattern.exec(line)).find((found) => found !== null);
          if (match) {
            resolve(match);
          } else if (!running.has(child)) {
            reject(new Error(`${name} ended before it printed ${pattern}`));
          }
        };
        look();
      }),
  };
}

/** Sends a request as curl does, and shows both. */
async function curl(token: string, url: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const json = JSON.stringify(body);
  process.stdout.write(`  you      | curl ${url} -H "Authorization: Bearer $token" --json '${json}'\n`);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: json });
  const deployment: Readonly<Record<string, unknown>> = Object(await answer.json());
  const { deployment_id, start_timestamp, finish_timestamp } = deployment;
  const shown = JSON.stringify({ deployment_id, start_timestamp, finish_timestamp });
  process.stdout.write(`  server   | ${answer.status} ${shown}\n`);
  return deployment;
}

function say(text: string): void {
  process.stdout.write(`\n${text}\n`);
}
