import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchServer } from "./server.js";
import { type BenchOptions, compared, type Figure, inTurns, measured } from "./support.js";
import { program } from "./waiter.js";

/** How long a command takes to print, when what it prints is kept, and when it is not. */
export async function logs({ url }: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  const megabytes = thorough ? 1_000 : 300;
  const folder = await mkdtemp(join(tmpdir(), "deploy-queue-bench-"));
  const file = join(folder, "took");
  let cells = 0;
  const print = async (option: string, speed: number): Promise<number> => {
    const place = ["--environment", "dev", "--provider", "bench", "--region", "logs", "--cell-index", String(cells++)];
    const printer = [
      process.execPath,
      join(import.meta.dirname, "printer.mjs"),
      String(megabytes),
      String(speed),
      file,
    ];
    const child = spawn(process.execPath, [program, "run", ...place, "--component", "api", option, "--", ...printer], {
      env: { ...process.env, DEPLOY_QUEUE_DATABASE_URL: url, DEPLOY_QUEUE_LOG_LEVEL: "error" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const [code] = await once(child, "exit");
    if (code !== 0) throw new Error(`"deploy-queue run ${option}" ended with ${code}`);
    return Number(await readFile(file, "utf8"));
  };
  const [kept, plain] = [measured(() => print("--log", 100)), measured(() => print("--no-log", 100))];
  const [keptFast, plainFast] = [measured(() => print("--log", 0)), measured(() => print("--no-log", 0))];
  await inTurns([kept, plain], { warmUps: 1, counted: thorough ? 10 : 3 });
  await inTurns([keptFast, plainFast], { warmUps: 0, counted: thorough ? 10 : 3 });
  await rm(folder, { recursive: true });
  const what = `a command that prints ${megabytes} MB`;
  return [
    compared(`${what} at 100 MB/s with --log, beside --no-log`, kept.samples, plain.samples, "≤ 1.05 ×"),
    compared(
      `${what} as fast as it can with --log, beside --no-log and nobody who reads`,
      keptFast.samples,
      plainFast.samples,
    ),
  ];
}
