import { spawnSync } from "node:child_process";
import { firstQuery } from "./action.js";
import { findPsql } from "./psql.js";
import type { BenchServer } from "./server.js";
import { compared, type Figure, inTurns, type Measured, measured, time } from "./support.js";
import { program } from "./waiter.js";

const rounds = { warmUps: 2, counted: 100 };

/** Wall time of commands, from the start of the process to its end, beside a Node.js that does nothing, and psql. */
export async function cli({ url }: BenchServer): Promise<Figure[]> {
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
    [node, versions, firstQuery, ...commands.flatMap(({ ours, rival }) => (psql ? [ours, rival] : [ours]))],
    rounds,
  );
  const both = (what: string, one: Measured, other: Measured, target?: string): Figure[] => [
    compared(`${what}, p50`, 0.5, one, other, target),
    compared(`${what}, p99`, 0.99, one, other),
  ];
  return [
    ...both("--version, beside node -e 0", versions, node, "≤ 1.6 ×"),
    ...commands.flatMap(({ what, ours }) => both(`${what}, beside node -e 0`, ours, node, "≤ 3 ×")),
    ...both("a step of the action until its first query, beside node -e 0", firstQuery, node, "≤ 400 ms"),
    ...(psql ? commands.flatMap(({ what, ours, rival }) => both(`${what}, beside ${psql.name}`, ours, rival)) : []),
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
