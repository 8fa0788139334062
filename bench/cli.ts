import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { firstQuery } from "./action.js";
import { findPsql } from "./psql.js";
import type { BenchServer } from "./server.js";
import { type BenchOptions, compared, type Figure, inTurns, type Measured, measured, time } from "./support.js";
import { program } from "./waiter.js";

/** Wall time of commands, from the start of the process to its end, beside a Node.js that does nothing, and psql. */
export async function cli({ url }: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  const rounds = thorough ? { warmUps: 2, counted: 100 } : { warmUps: 1, counted: 12, milliseconds: 25_000 };
  const { start, info, finish, version } = openCommands(url, program, "cli");
  const psql = findPsql();
  if (psql === undefined) process.stdout.write("left out: psql, which is not here\n");
  const viaPsql = (statement: string): string =>
    run(psql?.path ?? "psql", [url, "--no-psqlrc", "--quiet", "--command", statement]);
  const timed = (act: () => unknown): Measured => measured(() => time(act));
  const id = start();
  // Two are finished in a round, and at least one is started.
  const running = Array.from({ length: rounds.warmUps + rounds.counted }, start);
  const next = (): string => running.pop() ?? id;
  let cells = 0;

  // Of "npm run build:executable", where that was called before.
  const executable = join(import.meta.dirname, `../build/deploy-queue-${process.platform}-${process.arch}`);
  const env = { ...process.env, DEPLOY_QUEUE_DATABASE_URL: url, DEPLOY_QUEUE_LOG_LEVEL: "error" };
  const hasExecutable = existsSync(executable);
  const alone = {
    version: timed(() => run(executable, ["--version"])),
    info: timed(() => run(executable, ["info", id], env)),
  };
  if (!hasExecutable) process.stdout.write("left out: the executable, which is not built\n");

  const node = timed(() => run(process.execPath, ["-e", "0"]));
  const versions = timed(version);
  const commands = [
    {
      what: "info",
      ours: timed(() => info(id)),
      rival: timed(() => viaPsql(`select * from deploy_queue.deployments_with_status where id = ${id}`)),
    },
    {
      what: "finish",
      ours: timed(() => finish(next())),
      rival: timed(() => viaPsql(`select * from deploy_queue.finish(${next()})`)),
    },
    {
      what: "start in a free cell",
      ours: timed(() => running.push(start())),
      rival: timed(() =>
        viaPsql(`select * from deploy_queue.try_start(
          (select id from deploy_queue.enqueue('dev', 'bench', 'psql', ${cells++}, 'api')))`),
      ),
    },
  ];
  await inTurns(
    [
      node,
      versions,
      firstQuery,
      ...(hasExecutable ? Object.values(alone) : []),
      ...commands.flatMap(({ ours, rival }) => (psql ? [ours, rival] : [ours])),
    ],
    rounds,
  );
  return [
    compared("--version, beside node -e 0", versions.samples, node.samples, "≤ 1.6 ×"),
    ...commands.map(({ what, ours }) => compared(`${what}, beside node -e 0`, ours.samples, node.samples, "≤ 3 ×")),
    compared(
      "a step of the action until its first query, beside node -e 0",
      firstQuery.samples,
      node.samples,
      "≤ 400 ms",
    ),
    ...(hasExecutable
      ? [compared("--version of the executable, beside node -e 0", alone.version.samples, node.samples, "≤ 0.33 ×")]
      : []),
    ...(hasExecutable && psql
      ? commands
          .slice(0, 1)
          .map(({ rival }) =>
            compared(`info of the executable, beside ${psql.name}`, alone.info.samples, rival.samples, "≤ 2.5 ×"),
          )
      : []),
    ...(psql
      ? commands.map(({ what, ours, rival }) => compared(`${what}, beside ${psql.name}`, ours.samples, rival.samples))
      : []),
  ];
}

/** Commands of a program, each of which returns what it prints; each start is in another cell of the region. */
export function openCommands(url: string, path: string, region: string) {
  const env = { ...process.env, DEPLOY_QUEUE_DATABASE_URL: url, DEPLOY_QUEUE_LOG_LEVEL: "error" };
  const command = (...args: readonly string[]): string => run(process.execPath, [path, ...args], env);
  let cells = 0;
  return {
    version: () => command("--version"),
    info: (id: string) => command("info", id),
    finish: (id: string) => command("finish", id),
    start: () =>
      command(
        ...["start", "--environment", "dev", "--provider", "bench", "--region", region],
        ...["--cell-index", String(cells++), "--component", "api"],
      ),
  };
}

function run(command: string, args: readonly string[], env = process.env): string {
  const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}
