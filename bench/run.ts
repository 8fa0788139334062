// npm run bench [-- name…]: measures, prints each figure beside its floor, and keeps the results as JSON.
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { markdownTable } from "../scripts/markdownTable.js";
import { adopt } from "./adopt.js";
import { cli } from "./cli.js";
import { handoff } from "./handoff.js";
import { herd } from "./herd.js";
import { history } from "./history.js";
import { idle } from "./idle.js";
import { prune } from "./prune.js";
import { type Figure, withBenchServer } from "./support.js";
import { throughput } from "./throughput.js";
import { views } from "./views.js";

const benches = { handoff, idle, herd, cli, history, throughput, views, prune, adopt } as const;
const names = process.argv.slice(2).filter((name) => !name.startsWith("-"));
const unknown = names.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  process.stderr.write(`no such benchmark: ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}\n`);
  process.exit(2);
}

await withBenchServer(async (server) => {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    postgres: server.version,
    server: server.description,
    date: new Date().toISOString(),
  };
  process.stdout.write(
    `${Object.entries(machine)
      .map(([key, value]) => `${key}: ${value}`)
      .join("\n")}\n`,
  );
  await mkdir("bench/results", { recursive: true });
  for (const [name, bench] of Object.entries(benches)) {
    if (names.length === 0 || names.includes(name)) {
      process.stdout.write(`\n${name}\n`);
      const figures = await bench(server);
      process.stdout.write(`${table(figures)}\n`);
      await writeFile(`bench/results/${name}.json`, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
    }
  }
});
process.exit();

/** In Markdown, as docs/performance.md has it. */
function table(figures: readonly Figure[]): string {
  return markdownTable([
    ["what", "figure", "beside", "ratio", "target"],
    ...figures.map(({ what, figure, beside, unit, target }) => [
      what,
      `${round(figure)} ${unit}`,
      beside === undefined ? "" : `${round(beside)} ${unit}`,
      beside === undefined ? "" : `${round(figure / beside)} ×`,
      target,
    ]),
  ]);
}

function round(value: number): string {
  return value > 0 && value < 0.1 ? value.toPrecision(2) : value.toFixed(value >= 100 ? 0 : 2);
}
