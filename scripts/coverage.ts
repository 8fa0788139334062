// npm run coverage: all tests, and then which lines of src/ none of them has run, in the test runner or in a process of the
// bundled command line or action. Of the SQL functions the runner's global setup tells. Arguments go to the test runner.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { relative, resolve } from "node:path";

type Coverage = Readonly<Record<string, FileCoverage>>;

interface FileCoverage {
  readonly statementMap: Readonly<Record<string, { readonly start: { readonly line: number } }>>;
  readonly s: Readonly<Record<string, number>>;
}

const processes = resolve("coverage/processes");
rmSync("coverage", { recursive: true, force: true });
const { status } = spawnSync("vitest", ["run", "--coverage", "--coverage.clean=false", ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, DEPLOY_QUEUE_SQL_COVERAGE: "coverage/sql", DEPLOY_QUEUE_PROCESS_COVERAGE: processes },
});
// The runner's modules have no files for c8, and the runner does not see other processes.
spawnSync(
  "c8",
  [
    ...["report", "--merge-async", "--exclude-after-remap", "--include=src/**", "--reporter=json"],
    ...[`--temp-directory=${processes}`, "--reports-dir=coverage/bundles"],
  ],
  { stdio: "inherit" },
);
// Without maps again: the bundle of the action is committed.
spawnSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });

const inRunner = coverageIn("coverage/coverage-final.json");
const inProcesses = coverageIn("coverage/bundles/coverage-final.json");
let all = 0;
let missed = 0;
const files: string[] = [];
for (const [path, file] of Object.entries(inRunner)) {
  const elsewhere = linesOf(inProcesses[path]);
  const lines = linesOf(file);
  const never = [...lines].filter(([line, wasRun]) => !wasRun && elsewhere.get(line) !== true).map(([line]) => line);
  all += lines.size;
  missed += never.length;
  if (never.length > 0) files.push(`  never run: ${relative(".", path)}: ${never.join(", ")}`);
}
const share = ((100 * (all - missed)) / all).toFixed(1);
process.stdout.write(`${files.sort().join("\n")}\nsrc/: ${all - missed} of ${all} lines were run (${share} %)\n`);
process.exit(status ?? 1);

function coverageIn(path: string): Coverage {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** The lines on which a statement begins, and whether one of them was run. */
function linesOf({ statementMap, s }: FileCoverage = { statementMap: {}, s: {} }): Map<number, boolean> {
  const lines = new Map<number, boolean>();
  for (const [statement, { start }] of Object.entries(statementMap)) {
    lines.set(start.line, (s[statement] ?? 0) > 0 || lines.get(start.line) === true);
  }
  return new Map([...lines].sort(([one], [other]) => one - other));
}
