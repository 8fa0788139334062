import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");

test.each(["--lage", "nothing", "constructor"])("%s is refused in one line that names what there is", (argument) => {
  const args = ["--import", "tsx", "bench/run.ts", "handoff", argument];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
  });

  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toBe(
    `unknown: ${argument}; the benchmarks are handoff, idle, herd, program, cli, history, http, streams, logs, throughput, sequences, views, prune, webhooks, adopt, and the flags are --quick, --thorough, --large, --document\n`,
  );
});
