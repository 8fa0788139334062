import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { runHere } from "../support/cli.js";

async function completedByBash(line: string): Promise<string[]> {
  const { stdout } = await runHere(["completion", "bash"], {});
  const words = line.split(" ").map((word) => `'${word}'`);
  const script = `${stdout}\nCOMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _deploy_queue; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split("\n");
}

test("bash completes commands, the second word of a group, and options", async () => {
  expect(await completedByBash("deploy-queue fr")).toEqual(["freeze"]);
  expect(await completedByBash("deploy-queue cancel ")).toEqual(["deployment", "version", "location"]);
  expect(await completedByBash("deploy-queue start-n")).toEqual(["start-now"]);
  expect(await completedByBash("deploy-queue list ba")).toEqual(["bad-versions"]);
  expect(await completedByBash("deploy-queue hold-line --rea")).toEqual(["--reason"]);
  expect(await completedByBash("deploy-queue start --wai")).toEqual(["--wait-timeout"]);
  expect(await completedByBash("deploy-queue list queue --environment prod --reg")).toEqual(["--region"]);
  expect(await completedByBash("deploy-queue finish 42 --out")).toEqual(["--outage-timeout"]);
});

test.each([
  ["zsh", "#compdef deploy-queue"],
  ["fish", 'complete -c deploy-queue -n "__fish_seen_subcommand_from finish" -l outage-timeout'],
])("there is a script for %s", async (shell, line) => {
  const { code, stdout } = await runHere(["completion", shell], {});
  expect(code).toBe(0);
  expect(stdout.split("\n")).toContain(line);
});

test("another shell is refused with those that there are", async () => {
  const { code, stderr } = await runHere(["completion", "tcsh"], {});
  expect(code).toBe(2);
  expect(stderr).toContain("bash, zsh, fish");
});
