import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type BenchServer, type Figure, percentile } from "./support.js";

const rounds = 20;
const program = join(import.meta.dirname, "../dist/cli.js");

/** Wall time of commands, from the start of the process to its end, beside a Node.js that does nothing, and psql. */
export async function cli(server: BenchServer): Promise<Figure[]> {
  const env = { ...process.env, DEPLOY_QUEUE_DATABASE_URL: server.url, DEPLOY_QUEUE_LOG_LEVEL: "error" };
  const time = (command: string, args: () => readonly string[]): number => {
    const samples: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const given = args();
      const began = performance.now();
      const { status, stderr } = spawnSync(command, given, { env, encoding: "utf8" });
      samples.push(performance.now() - began);
      if (status !== 0) throw new Error(`${command} ${given.join(" ")}: ${stderr}`);
    }
    return percentile(samples, 0.5);
  };
  const run = (...args: readonly string[]): string => {
    const { stdout } = spawnSync(process.execPath, [program, ...args], { env, encoding: "utf8" });
    return stdout.trim();
  };
  let cells = 0;
  const freeCell = (): string[] => [
    ...["start", "--environment", "dev", "--provider", "bench", "--region", "cli"],
    ...["--cell-index", String(cells++), "--component", "api"],
  ];
  const id = run(...freeCell());
  const running = Array.from({ length: rounds }, () => run(...freeCell()));

  const nothing = time(process.execPath, () => ["-e", "0"]);
  const beside = (what: string, figure: number, target = ""): Figure => ({
    what: `${what}, beside node -e 0`,
    figure,
    beside: nothing,
    unit: "ms",
    target,
  });
  const info = time(process.execPath, () => [program, "info", id]);
  const figures = [
    beside(
      "--version",
      time(process.execPath, () => [program, "--version"]),
      "≤ 1.6 ×",
    ),
    beside("info", info, "≤ 3 ×"),
    beside(
      "finish",
      time(process.execPath, () => [program, "finish", running.pop() ?? id]),
      "≤ 3 ×",
    ),
    beside(
      "start in a free cell",
      time(process.execPath, () => [program, ...freeCell()]),
      "≤ 3 ×",
    ),
  ];
  if (spawnSync("psql", ["--version"]).status === 0) {
    const query = `select * from deploy_queue.deployments_with_status where id = ${id}`;
    figures.push({
      what: "info, beside psql",
      figure: info,
      beside: time("psql", () => [server.url, "--no-psqlrc", "--quiet", "--command", query]),
      unit: "ms",
      target: "",
    });
  }
  return figures;
}
