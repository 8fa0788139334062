// npm run coverage: all tests, and then which lines of src/ none of them has run, in the test runner or in a process of the
// bundled command line or action. Of the SQL functions the runner's global setup tells. Arguments go to the test runner.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { relative, resolve } from "node:path";
import { linesRunIn, type ProcessCoverage } from "./bundleLines.js";

interface FileCoverage {
  readonly path: string;
  readonly statementMap: Readonly<Record<string, { readonly start: { readonly line: number } }>>;
  readonly s: Readonly<Record<string, number>>;
}

const processes = resolve("coverage/processes");
rmSync("coverage", { recursive: true, force: true });
const { status } = spawnSync("vitest", ["run", "--coverage", "--coverage.clean=false", ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, DEPLOY_QUEUE_SQL_COVERAGE: "coverage/sql", DEPLOY_QUEUE_PROCESS_COVERAGE: processes },
});

const inProcesses = linesRunIn(coverageOfProcesses());
const covered: Readonly<Record<string, FileCoverage>> = JSON.parse(
  readFileSync("coverage/coverage-final.json", "utf8"),
);
let all = 0;
let missed = 0;
const files: string[] = [];
for (const { path, statementMap, s } of Object.values(covered)) {
  const lines = new Map<number, boolean>();
  for (const [statement, { start }] of Object.entries(statementMap)) {
    const wasRun = (s[statement] ?? 0) > 0 || inProcesses.get(path)?.has(start.line) === true;
    lines.set(start.line, wasRun || lines.get(start.line) === true);
  }
  const never = [...lines].flatMap(([line, wasRun]) => (wasRun ? [] : [line])).sort((one, other) => one - other);
  all += lines.size;
  missed += never.length;
  if (never.length > 0) files.push(`  never run: ${relative(".", path)}: ${never.join(", ")}`);
}
const share = ((100 * (all - missed)) / all).toFixed(1);
process.stdout.write(`${files.sort().join("\n")}\nsrc/: ${all - missed} of ${all} lines were run (${share} %)\n`);
process.exit(status ?? 1);

function* coverageOfProcesses(): Generator<ProcessCoverage> {
  for (const name of readdirSync(processes)) yield JSON.parse(readFileSync(`${processes}/${name}`, "utf8"));
}
