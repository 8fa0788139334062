// npm run bench [-- name…] [--large]: measures, prints each figure beside its floor, and keeps the results as JSON.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { benchmarks } from "./benchmarks.js";
import { figureTable } from "./figureTable.js";
import { serverFacts, withDatabase, withServer } from "./server.js";
import { type Figure, ratioOf } from "./support.js";

const given = process.argv.slice(2);
const flags = given.filter((argument) => argument === "--large");
const names = given.filter((argument) => argument !== "--large");
const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  const known = Object.keys(benchmarks).join(", ");
  process.stderr.write(`unknown: ${unknown.join(", ")}; the benchmarks are ${known}, and the only flag is --large\n`);
  process.exit(2);
}

const failed: string[] = [];
let measuring: ChildProcess | undefined;
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  // Goes on to what is to be left in order: its databases.
  process.on(signal, () => {
    interrupted = true;
    measuring?.kill("SIGKILL");
  });
}
await withServer(async (url, description) => {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: String(cpus().length),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    server: description,
    ...(await serverFacts(url)),
    date: new Date().toISOString(),
  };
  const lines = Object.entries(machine).map(([key, value]) => `${key}: ${value}\n`);
  process.stdout.write(lines.join(""));
  await mkdir("bench/results", { recursive: true });
  for (const [name, { about }] of Object.entries(benchmarks)) {
    if (interrupted || (names.length > 0 && !names.includes(name))) continue;
    process.stdout.write(`\n${name}: ${about}\n\n`);
    try {
      const figures = await withDatabase(url, name, (database) => measureAlone(name, database));
      // What the server cannot afford was said.
      if (figures.length === 0) continue;
      process.stdout.write(`${figureTable(figures)}\n`);
      await writeFile(
        `bench/results/${name}.json`,
        `${JSON.stringify({ machine, about, figures: figures.map(withRatio) }, null, 2)}\n`,
      );
    } catch (error) {
      process.stderr.write(`${name} failed: ${error instanceof Error ? error.message : error}\n`);
      failed.push(name);
    }
  }
});
if (failed.length > 0) {
  process.stderr.write(`\nfailed: ${failed.join(", ")}\n`);
}
process.exit(failed.length > 0 ? 1 : 0);

function withRatio(figure: Figure): Figure {
  const ratio = ratioOf(figure);
  return ratio === undefined ? figure : { ...figure, ratio };
}

async function measureAlone(name: string, url: string): Promise<Figure[]> {
  const child = fork(join(import.meta.dirname, "one.ts"), [name, url, ...flags]);
  measuring = child;
  let figures: Figure[] | undefined;
  child.once("message", (message: Figure[]) => {
    figures = message;
  });
  const [code, signal] = await once(child, "exit");
  if (figures === undefined) {
    throw new Error(`its process ended with ${signal ?? code} and without figures`);
  }
  return figures;
}
