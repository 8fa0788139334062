import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type BenchServer, type Figure, percentile } from "./support.js";

const rounds = 20;
const program = join(import.meta.dirname, "../dist/cli.js");

/** Wall time of commands, from the start of the process to its end, beside a Node.js that does nothing, and psql. */
export async function cli(server: BenchServer): Promise<Figure[]> {
  const env = { ...process.env, DEPLOY_QUEUE_DATABASE_URL: server.url, DEPLOY_QUEUE_LOG_LEVEL: "error" };
  const run = (command: string, ...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: "utf8" });
    if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  };
  let cells = 0;
  const start = (): string =>
    run(
      process.execPath,
      ...[program, "start", "--environment", "dev", "--provider", "bench", "--region", "cli"],
      ...["--cell-index", String(cells++), "--component", "api"],
    );
  const psql = (statement: string): string => run("psql", server.url, "--no-psqlrc", "--quiet", "--command", statement);
  const id = start();
  const running = Array.from({ length: 2 * rounds }, start);
  const next = (): string => running.pop() ?? id;

  const commands = {
    "node -e 0": () => run(process.execPath, "-e", "0"),
    "--version": () => run(process.execPath, program, "--version"),
    info: () => run(process.execPath, program, "info", id),
    finish: () => run(process.execPath, program, "finish", next()),
    "start in a free cell": start,
  };
  const statements = {
    info: () => psql(`select * from deploy_queue.deployments_with_status where id = ${id}`),
    finish: () => psql(`select * from deploy_queue.finish(${next()})`),
    "start in a free cell": () =>
      psql(`select * from deploy_queue.try_start(
        (select id from deploy_queue.enqueue('dev', 'bench', 'cli', ${cells++}, 'api')))`),
  };
  const times = measure(commands);
  const floor = times.get("node -e 0");
  const figures = [...times].slice(1).map(([what, figure]) => ({
    what: `${what}, beside node -e 0`,
    figure,
    beside: floor,
    unit: "ms",
    target: what === "--version" ? "≤ 1.6 ×" : "≤ 3 ×",
  }));
  if (spawnSync("psql", ["--version"]).status !== 0) {
    return figures;
  }
  const rival = [...measure(statements)].map(([what, beside]) => ({
    what: `${what}, beside psql`,
    figure: times.get(what) ?? Number.NaN,
    beside,
    unit: "ms",
    target: "",
  }));
  return [...figures, ...rival];
}

/** Median milliseconds of each; in turns, so that whatever else the machine does meanwhile falls on all of them. */
function measure(tasks: Readonly<Record<string, () => unknown>>): Map<string, number> {
  const samples = new Map(Object.keys(tasks).map((what) => [what, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [what, task] of Object.entries(tasks)) {
      const began = performance.now();
      task();
      samples.get(what)?.push(performance.now() - began);
    }
  }
  return new Map([...samples].map(([what, values]) => [what, percentile(values, 0.5)]));
}
