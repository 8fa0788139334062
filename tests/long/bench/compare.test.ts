import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, inject, test } from "vitest";
import { comparisons } from "../../../bench/compare/comparisons.js";
import { withSide } from "../../../bench/compare/side.js";
import { surelyAround, verdictOf, verdictTable } from "../../../bench/compare/verdict.js";
import { withDatabase } from "../../../bench/server.js";
import { killLater, removeLater } from "../../support/leftovers.js";
import { until } from "../../support/until.js";

const root = join(import.meta.dirname, "../../..");
const program = ["--import", "tsx", "bench/compare/run.ts"];

test.each([[["views"]], [["--lage", "HEAD"]]])("%j is refused in one line that says what is asked for", (given) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...program, ...given], {
    cwd: root,
    encoding: "utf8",
  });

  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^usage: .+ \[throughput \| handoff \| views \| cli\]….+\n$/);
});

test("nothing of a commit is left after an interruption", async () => {
  const directory = mkdtempSync(join(tmpdir(), "bench-compare-"));
  removeLater(directory);
  const child = spawn(process.execPath, [...program, "HEAD", "cli"], {
    cwd: root,
    env: { ...process.env, TMPDIR: directory, DEPLOY_QUEUE_BENCH_DATABASE_URL: inject("serverUrl") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  killLater(child);
  const said = text(child.stderr);
  const files = (): string[] => readdirSync(directory).filter((name) => name.startsWith("deploy-queue-compare-"));
  const first = await until("it has a directory for the commit", () => files()[0]);
  await until("the commit is there", () => existsSync(join(directory, first, "package.json")));

  child.kill("SIGTERM");

  const [code] = await once(child, "exit");
  expect(code, await said).toBe(1);
  expect(files()).toEqual([]);
});

test.each(["throughput", "views"])("each subject of %s can be measured on this tree", async (name) => {
  const comparison = comparisons[name];
  await withDatabase(inject("serverUrl"), `compare_${process.pid}`, (url) =>
    withSide(root, url, async (side) => {
      await comparison?.prepare?.(side, 600);
      for (const { what, open } of comparison?.subjects ?? []) {
        const { measure, close } = await open(side);
        expect(await measure(), what).toBeGreaterThan(0);
        await close();
      }
    }),
  );
});

test("ratios are of neighbours in time, and stand with their spread", () => {
  const before = Array.from({ length: 25 }, (_, place) => 10 + place);
  const after = before.map((sample, place) => sample * (1 + (place - 12) / 100));

  expect(verdictTable([{ what: "a hand-off", before, after }])).toBe(
    [
      "| what       | A     | B     | B / A | quartiles | median, 95 % sure | verdict |",
      "| ---------- | ----- | ----- | ----- | --------- | ----------------- | ------- |",
      "| a hand-off | 22 ms | 22 ms | 1 ×   | 0.94–1.06 | 0.94–1.06         | open    |",
    ].join("\n"),
  );
});

test.each([
  [[0.8, 0.9], "faster"],
  [[0.9, 1.05], "no slower"],
  [[1.01, 1.04], "no slower"],
  [[0.9, 1.2], "open"],
  [[1.06, 1.2], "slower"],
] as const)("a median within %j is %s", (middle, verdict) => {
  expect(verdictOf(middle)).toBe(verdict);
});

test("where the median lies is surer with more samples", () => {
  const samples = (count: number): number[] => Array.from({ length: count }, (_, place) => (place + 0.5) / count);

  expect(surelyAround(samples(25))).toEqual([0.26, 0.74]);
  const [least, most] = surelyAround(samples(10_000));
  expect(least).toBeCloseTo(0.49, 2);
  expect(most).toBeCloseTo(0.51, 2);
});
