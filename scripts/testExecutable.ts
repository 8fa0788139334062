// The tests of the command line, run with the executable of this machine in the place of Node.js. Arguments choose other tests.
import { execFileSync, spawnSync } from "node:child_process";

const name = `${process.platform}-${process.arch}`;
const given = process.argv.slice(2);
const all = [
  ...["tests/executable.test.ts", "tests/commands", "tests/commandLine", "tests/worker/whereItStands.test.ts"],
  "tests/agent",
];
execFileSync("tsx", ["scripts/buildExecutable.ts", name], { stdio: "inherit" });
const { status } = spawnSync("vitest", ["run", ...(given.length > 0 ? given : all)], {
  env: { ...process.env, DEPLOY_QUEUE_TEST_EXECUTABLE: `build/deploy-queue-${name}` },
  stdio: "inherit",
});
process.exitCode = status ?? 1;
