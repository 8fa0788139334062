import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SubmitRequest } from "../../src/queue/calls/work.js";
import { shellWords } from "../../src/text/shellWords.js";
import { agentFile, agentTarget, startAgent, type TestTarget } from "../support/agents.js";
import { startCli } from "../support/cli.js";
import { gatedCommand, useCommandLine, useDirectory } from "../support/commandLine.js";
import { childrenOf, works } from "../support/processes.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const folder = useDirectory();

async function submit(target: TestTarget, commands: readonly string[], more: Partial<SubmitRequest> = {}) {
  const { deployment } = await cli.queue.work.submit({ target: target.name, commands, ...more });
  return deployment.id;
}

const ended = (id: number) =>
  until(
    () => `deployment ${id} has ended`,
    async () => {
      const row = await cli.row(id);
      return row.finish_timestamp !== null || row.cancellation_timestamp !== null ? row : undefined;
    },
  );

const started = (id: number) =>
  until(`deployment ${id} has started`, async () => (await cli.row(id)).status === "running");

describe("an agent", () => {
  test("runs the commands of a deployment one by one in its directory, and finishes it", async () => {
    const target = agentTarget(folder);
    await startAgent(cli, agentFile(folder, [target]));

    const id = await submit(target, ["touch one", "cp one two"]);

    expect((await ended(id)).status).toBe("finished");
    expect(existsSync(join(target.directory, "two"))).toBe(true);
  });

  test("stores what the commands print between the notes of their beginnings, without secrets, before the end is told", async () => {
    const secret = join(folder, "password");
    writeFileSync(secret, "hunter22\n");
    const stages = { main: { env: { PASSWORD: { file: secret } }, env_file: false } };
    const target = agentTarget(folder, { shell: true, stages });
    await startAgent(cli, agentFile(folder, [target]));

    const id = await submit(target, ["echo one", "printf 'hunt'; sleep 0.1; printf 'er22'; echo two >&2; exit 3"], {
      refName: "main",
    });
    await ended(id);

    const chunks = await cli.queue.logs.page(id);
    const text = chunks.map(({ content }) => content).join("");
    expect(text).toMatch(
      /^\$ echo one\none\n\$ printf[^\n]*\n[\s\S]*\*\*\*[\s\S]*command 2 of 2 .* exited with code 3\n$/,
    );
    expect(text).not.toMatch(/hunter22|er22;/);
    expect(chunks.find(({ content }) => content.includes("two\n"))?.stream).toBe("stderr");
    expect(new Set(chunks.map(({ stream }) => stream))).toEqual(new Set(["note", "stdout", "stderr"]));
  });

  test("stops at the first command that fails, and says which one and how", async () => {
    const target = agentTarget(folder);
    await startAgent(cli, agentFile(folder, [target]));

    const id = await submit(target, ["touch one", "ls 'not there'", "touch three"]);

    expect(await ended(id)).toMatchObject({
      status: "failed",
      cancellation_note: "command 2 of 3 (ls 'not there') exited with code 2",
    });
    expect(existsSync(join(target.directory, "three"))).toBe(false);
  });

  test.each([
    [
      { commands: ["touch *"] },
      ["rm x", "touch y"],
      "command 1 of 2 (rm x) is refused: it fits no pattern in commands",
    ],
    [{ last_command: undefined }, ["touch y"], "the last one must be supervisorctl start * or supervisorctl restart *"],
    [{}, ["touch x && touch y"], '"&&" needs a shell'],
    [{ commands: ["touch *"] }, ["touch x && touch y"], '"&&" needs a shell'],
  ])("runs nothing when a command is not allowed (%#)", async (more, commands, why) => {
    const target = agentTarget(folder, more);
    await startAgent(cli, agentFile(folder, [target]));

    const id = await submit(target, commands);

    const { status, cancellation_note } = await ended(id);
    expect(status).toBe("failed");
    expect(cancellation_note).toContain(why);
    expect(existsSync(join(target.directory, "y"))).toBe(false);
  });

  test("hands commands to a shell where the target says so", async () => {
    const target = agentTarget(folder, { shell: true });
    await startAgent(cli, agentFile(folder, [target]));

    const id = await submit(target, ["echo $HOME > home && touch done"]);

    expect((await ended(id)).status).toBe("finished");
    expect(existsSync(join(target.directory, "done"))).toBe(true);
  });

  test("gives commands the variables of the stage of the ref, also in .env, and nothing that reaches the queue", async () => {
    const secret = join(folder, "secret");
    writeFileSync(secret, "it's $ecret\n");
    const target = agentTarget(folder, {
      shell: true,
      stages: {
        production: {
          refs: ["release/*"],
          env: { MODE: "production", KEY: { file: secret }, FROM: { environment: "GIVEN" } },
        },
        staging: { env: { MODE: "staging" } },
      },
    });
    symlinkSync(secret, join(target.directory, ".env"));
    await startAgent(cli, agentFile(folder, [target]), { GIVEN: "from outside", DEPLOY_QUEUE_TOKEN: "" });

    const refused = await submit(target, ["touch x"], { refName: "feature" });
    expect((await ended(refused)).cancellation_note).toContain("is for the ref feature");
    const staging = await submit(target, ["env > staging"], { refName: "staging" });
    expect((await ended(staging)).status).toBe("finished");
    expect(readFileSync(join(target.directory, "staging"), "utf8")).toContain("MODE=staging");
    const unwritable = await submit(target, ["touch x"], { refName: "release/1/2" });

    expect((await ended(unwritable)).cancellation_note).toContain("the value of KEY cannot be written to .env");
    writeFileSync(secret, "it's secret\n");
    const id = await submit(target, ["env > production"], { refName: "release/1/2" });
    expect((await ended(id)).status).toBe("finished");
    const environment = readFileSync(join(target.directory, "production"), "utf8");
    expect(environment).toMatch(/^KEY=it's secret$/m);
    expect(environment).toMatch(/^FROM=from outside$/m);
    expect(environment).toMatch(new RegExp(`^DEPLOY_QUEUE_DEPLOYMENT_ID=${id}$`, "m"));
    expect(environment).not.toMatch(/DATABASE_URL|TOKEN|GIVEN/);
    const file = join(target.directory, ".env");
    expect(readFileSync(file, "utf8")).toBe(`MODE=production\nKEY="it's secret"\nFROM='from outside'\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(lstatSync(file).isSymbolicLink()).toBe(false);
    expect(readFileSync(secret, "utf8")).toBe("it's secret\n");
  });

  test("refuses a directory that a link leads out of the target", async () => {
    const target = agentTarget(folder);
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync(join(folder, "elsewhere"), join(target.directory, "link"));
    await startAgent(cli, agentFile(folder, [target]));

    const id = await submit(target, ["touch x"], { directory: join(target.directory, "link") });

    expect((await ended(id)).cancellation_note).toMatch(
      /^the directory .*link is refused: it leads to .*elsewhere, which/,
    );
  });

  test("ends a command that takes longer than it may", async () => {
    const target = agentTarget(folder, { command_timeout: "300ms" });
    await startAgent(cli, agentFile(folder, [target]));

    const id = await submit(target, ["sleep 100", "touch x"]);

    expect((await ended(id)).cancellation_note).toBe("command 1 of 2 (sleep 100) took longer than 300ms");
  });

  test("verifies what was deployed, and undoes it when it does not work", async () => {
    const target = agentTarget(folder, { verify: "false", verify_for: "0", on_failure: "touch undone" });
    await startAgent(cli, agentFile(folder, [target]));

    const id = await submit(target, ["touch x"]);

    expect((await ended(id)).cancellation_note).toMatch(
      /did not succeed within 0s.*; the command of on_failure exited with code 0$/,
    );
    expect(existsSync(join(target.directory, "undone"))).toBe(true);
  });

  test("runs nothing where the environment requires verification and the target has no check", async () => {
    const cell = { environment: "strict", provider: "vps", region: "here", index: 0 };
    await cli.queue.environments.set("strict", { bufferTime: 0, requireVerification: true });
    const target = agentTarget(folder, { cell });
    const checked = agentTarget(folder, { cell: { ...cell, index: 1 }, verify: "true", verify_every: "1s" });
    await startAgent(cli, agentFile(folder, [target, checked]));

    const refused = await submit(target, ["touch x"]);
    const verified = await submit(checked, ["touch x"]);

    expect(await ended(refused)).toMatchObject({
      status: "failed",
      cancellation_note: `strict requires that ${target.name} is verified, and the target ${target.name} has no verify`,
    });
    expect(existsSync(join(target.directory, "x"))).toBe(false);
    expect((await ended(verified)).status).toBe("finished");
  });

  test("ends the command when the deployment is cancelled", async () => {
    const target = agentTarget(folder, { grace_period: "200ms", shell: true });
    await startAgent(cli, agentFile(folder, [target]));
    const id = await submit(target, ["trap '' TERM; while :; do sleep 0.1; done"]);
    await started(id);

    await cli.queue.cancel(id, "not today");

    expect(await ended(id)).toMatchObject({ status: "cancelled", cancellation_note: "not today" });
  });

  test("drains at the first signal: what runs ends well, and what waits is left to others", async () => {
    const target = agentTarget(folder);
    const file = agentFile(folder, [target]);
    const agent = await startAgent(cli, file);
    const gated = gatedCommand(folder);
    const running = await submit(target, [shellWords(gated.command), "touch last"]);
    await started(running);
    const waiting = await submit(target, ["touch next"]);

    agent.process.kill("SIGTERM");
    await agent.printed(/taking nothing more/);
    gated.open();

    expect((await agent.end).code).toBe(0);
    expect((await ended(running)).status).toBe("finished");
    expect((await cli.row(waiting)).start_timestamp).toBeNull();
    await startAgent(cli, file);
    expect((await ended(waiting)).status).toBe("finished");
  });

  test("stops what runs at the second signal", async () => {
    const target = agentTarget(folder);
    const agent = await startAgent(cli, agentFile(folder, [target]));
    const id = await submit(target, ["sleep 1000"]);
    await started(id);

    agent.process.kill("SIGTERM");
    await agent.printed(/taking nothing more/);
    await until("the signal is not the echo of the first one", () => {
      agent.process.kill("SIGTERM");
      return /stopping what runs/.test(agent.stderr());
    });

    expect((await agent.end).code).toBe(0);
    expect((await ended(id)).cancellation_note).toMatch(/ was ended by SIGTERM: the agent was stopped$/);
  });

  test("leaves its name to another process, and ends when what it runs has ended", async () => {
    const target = agentTarget(folder);
    const file = agentFile(folder, [target]);
    const first = await startAgent(cli, file);
    const gated = gatedCommand(folder);
    const running = await submit(target, [shellWords(gated.command)]);
    await started(running);

    const second = await startAgent(cli, file);
    await first.printed(/another process has taken the name of agent .* ends when what it runs has ended/);
    gated.open();

    const { code, stderr } = await first.end;
    expect(code).toBe(4);
    expect(stderr).toMatch(
      /^deploy-queue: another process has taken the name of agent .* Each agent needs a name of its own/m,
    );
    expect((await ended(running)).status).toBe("finished");
    expect((await ended(await submit(target, ["true"]))).status).toBe("finished");
    expect(second.stderr()).not.toContain("another process");
  });

  test("says so when the file of another agent contradicts its own, and list targets shows it", async () => {
    const target = agentTarget(folder);
    const one = await startAgent(cli, agentFile(folder, [target]));
    const other = { ...target, written: { ...target.written, refs: ["dev"] } };
    const newer = await startAgent(cli, agentFile(folder, [other], { name: "newer" }));

    await newer.printed(
      new RegExp(
        `the files of the agents of target ${target.name} contradict each other: that of agent-\\d+ has other refs`,
      ),
    );
    const { stdout } = await cli.run(["list", "targets"]);
    expect(stdout).toMatch(
      new RegExp(
        `^${target.name} .* agent-\\d+, last there \\S+Z, its file has other refs; newer, last there \\S+Z$`,
        "m",
      ),
    );
    one.process.kill("SIGTERM");
    newer.process.kill("SIGTERM");
  });

  test.skipIf(process.platform !== "linux")(
    "takes its commands with it when it is killed, and fails what they deployed",
    async () => {
      const target = agentTarget(folder);
      const agent = await startAgent(cli, agentFile(folder, [target]));
      const id = await submit(target, ["sleep 1000", "touch x"]);
      await started(id);
      const [command = 0] = await until("the command runs", () => {
        const found = childrenOf(agent.process.pid ?? 0).flatMap(childrenOf);
        return found.length > 0 && found;
      });

      agent.process.kill("SIGKILL");

      await until("the command has ended", () => !works(command));
      expect((await ended(id)).cancellation_note).toBe(
        "command 1 of 2 (sleep 1000) was ended, since the process that kept it was gone",
      );
    },
  );

  test("fails what it has taken when it is killed before the first command", async () => {
    const gated = gatedCommand(folder);
    const stages = { main: { env: { KEY: { command: gated.command } } } };
    const target = agentTarget(folder, { stages });
    const agent = await startAgent(cli, agentFile(folder, [target]));
    const id = await submit(target, ["touch x"], { refName: "main" });
    await agent.printed(/taken for the target/);

    agent.process.kill("SIGKILL");

    expect((await ended(id)).cancellation_note).toBe("no command began, since the process that kept it was gone");
    expect(existsSync(join(target.directory, "x"))).toBe(false);
  });

  test("runs so many at once as its file says", async () => {
    const targets = [agentTarget(folder), agentTarget(folder), agentTarget(folder)] as const;
    await startAgent(cli, agentFile(folder, targets, { deployments_at_once: 2 }));
    const gated = gatedCommand(folder);
    const ids: number[] = [];
    for (const target of targets) ids.push(await submit(target, [shellWords(gated.command)]));
    const running = async () =>
      (await Promise.all(ids.map((id) => cli.row(id)))).filter(({ status }) => status === "running").length;

    await until("two run", async () => (await running()) === 2);
    gated.open();

    for (const id of ids) expect((await ended(id)).status).toBe("finished");
  });
});

test.skipIf(process.getuid?.() !== 0)(
  "root runs commands as the user of the target, and with no group of root",
  async () => {
    chmodSync(folder, 0o755);
    const target = agentTarget(folder, { user: "nobody", shell: true, stages: { main: { env: { A: "b" } } } });
    chownSync(target.directory, 65534, 65534);
    await startAgent(cli, agentFile(folder, [target]));

    const id = await submit(
      target,
      ["id > who; grep '^Groups' /proc/self/status >> who; cat .env >> who; echo $USER $HOME >> who"],
      { refName: "main" },
    );

    expect(await ended(id)).toMatchObject({ status: "finished", cancellation_note: null });
    const who = readFileSync(join(target.directory, "who"), "utf8");
    expect(who).toMatch(/^uid=65534\(nobody\) gid=65534\(\w+\)/);
    expect(who).not.toContain("(root)");
    expect(who).toMatch(/^A=b\nnobody \/nonexistent$/m);
    expect(statSync(join(target.directory, ".env"))).toMatchObject({ uid: 65534, gid: 65534 });
  },
);

test.skipIf(process.getuid?.() !== 0)("who is not root runs commands as nobody else", async () => {
  chmodSync(folder, 0o755);
  const file = agentFile(folder, [agentTarget(folder, { user: "root" })]);

  const { code, stdout } = await startCli(["agent", "check", "--config", file], {}, { uid: 65534, gid: 65534 }).end;

  expect(code).toBe(2);
  expect(stdout).toMatch(/\.user: only root can run commands as root, and this process is nobody\n$/);
});

test.skipIf(process.getuid?.() !== 0)(
  "root becomes the user of the target also where its environment names that user already",
  async () => {
    chmodSync(folder, 0o755);
    const target = agentTarget(folder, { user: "nobody", shell: true });
    chownSync(target.directory, 65534, 65534);
    await startAgent(cli, agentFile(folder, [target]), { USER: "nobody" });

    const id = await submit(target, ["id -un > who"]);

    await ended(id);
    expect(readFileSync(join(target.directory, "who"), "utf8")).toBe("nobody\n");
  },
);

test.skipIf(process.getuid?.() !== 0)("root runs commands as root only where the file says so", async () => {
  const { stdout } = await cli.run([
    "agent",
    "check",
    "--config",
    agentFile(folder, [agentTarget(folder, { user: undefined })]),
  ]);

  expect(stdout).toMatch(/\.user: it is missing: commands would run as root/);
});

test("an agent with a wrong file does not start", async () => {
  const file = agentFile(folder, [agentTarget(folder, { comands: [] })]);

  const { code, stderr } = await cli.run(["agent", "--config", file]);

  expect(code).toBe(2);
  expect(stderr).toMatch(/\.comands: there is no such key; did you mean commands\?\n$/);
});

test("a check names what this machine does not have, and with --file-only only what is wrong with the file", async () => {
  const env = { A: { file: join(folder, "none") }, B: { environment: "NONE" } };
  const target = agentTarget(folder, { directories: [join(folder, "nowhere")], stages: { main: { env } } });
  const file = agentFile(folder, [target]);

  const examined = await cli.run(["agent", "check", "--config", file]);
  const read = await cli.run(["agent", "check", "--config", file, "--file-only"]);

  expect(examined.code).toBe(2);
  expect(examined.stdout).toMatch(
    /:12:9: .*directories\[1\]: there is no .*nowhere\n.*env\.A: there is no .*none\n.*env\.B: the environment of the agent has no NONE\n$/,
  );
  expect(read).toMatchObject({ code: 0, stdout: `${target.name}: dev-vps-${target.name}-cell-0\n` });
});
