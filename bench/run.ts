// npm run bench [-- name…] [--thorough] [--large] [--document]: measures, prints each figure beside its floor, and keeps the results as
// JSON; --document writes docs/performance.md of a run of everything.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { alone, interruption } from "./alone.js";
import { benchmarks } from "./benchmarks.js";
import { performancePage } from "./document.js";
import { figureTable } from "./figureTable.js";
import { machineFacts, withDatabase, withServer } from "./server.js";
import { type Figure, ratioOf } from "./support.js";

const given = process.argv.slice(2);
const known = ["--quick", "--thorough", "--large", "--document"];
const flags = given.filter((argument) => known.includes(argument));
const names = given.filter((argument) => !known.includes(argument));
const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name));
const documents = flags.includes("--document");
const mode = flags.includes("--thorough") ? "thorough" : "quick";
if (unknown.length > 0) {
  const benchmarkNames = Object.keys(benchmarks).join(", ");
  process.stderr.write(
    `unknown: ${unknown.join(", ")}; the benchmarks are ${benchmarkNames}, and the flags are ${known.join(", ")}\n`,
  );
  process.exit(2);
}
if (documents && names.length > 0) {
  process.stderr.write("--document is for a run of everything\n");
  process.exit(2);
}

const failed: string[] = [];
const results: { name: string; about: string; figures: Figure[] }[] = [];
const interrupted = interruption();
await withServer(async (url, description) => {
  const machine = await machineFacts(url, description);
  process.stdout.write(
    Object.entries(machine)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join(""),
  );
  await mkdir("bench/results", { recursive: true });
  for (const [name, { about }] of Object.entries(benchmarks)) {
    if (interrupted.aborted || (names.length > 0 && !names.includes(name))) continue;
    process.stdout.write(`\n${name}: ${about}\n\n`);
    const began = performance.now();
    try {
      const figures = await withDatabase(url, name, (database) =>
        alone<Figure[]>(join(import.meta.dirname, "one.ts"), [name, database, ...flags], interrupted),
      );
      // What the server cannot afford was said.
      if (figures.length === 0) continue;
      process.stdout.write(`${figureTable(figures)}\n\n${Math.round((performance.now() - began) / 1000)} s\n`);
      results.push({ name, about, figures });
      await writeFile(
        `bench/results/${name}.json`,
        `${JSON.stringify({ machine, mode, about, figures: figures.map(withRatio) }, null, 2)}\n`,
      );
    } catch (error) {
      process.stderr.write(`${name} failed: ${error instanceof Error ? error.message : error}\n`);
      failed.push(name);
    }
  }
  if (documents && failed.length === 0 && !interrupted.aborted) {
    await writeFile("docs/performance.md", performancePage({ machine, mode, results }));
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
