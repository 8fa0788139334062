import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { program } from "../support/cli.js";
import { newPlace, useCommandLine, useDirectory } from "../support/commandLine.js";
import { killLater } from "../support/leftovers.js";
import { startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const directory = useDirectory();
let gates = 0;

const run = (...more: string[]) => ["run", ...newPlace().options, ...more];
/** The id of the deployment of the only run that is like that. */
async function idOf(version: string): Promise<number> {
  return until(`${version} is there`, async () => {
    const [row] = await cli.sql<{ id: number }[]>`select id from deploy_queue.deployments where version = ${version}`;
    return row?.id;
  });
}
const logged = async (id: number, ...options: string[]) => (await cli.run(["logs", String(id), ...options])).stdout;

/** A script that prints something, waits until it is let go, and prints something more. */
function gatedScript(before: string, after: string): { script: string; open: () => void } {
  const gate = join(directory, `gate-${gates++}`);
  return {
    script: `${before}; while [ ! -e ${gate} ]; do sleep 0.05; done; ${after}`,
    open: () => writeFileSync(gate, ""),
  };
}

describe("run --log", () => {
  test("shows and keeps what the command prints, byte for byte, each stream on its own", async () => {
    const script = "printf 'a\\377\\n\\033[31mred\\033[0m'; echo bad >&2";
    const { code, stdout, stderr } = await cli.runProcess(run("--version", "bytes", "--log", "--", "sh", "-c", script));
    expect(code).toBe(0);
    expect(stdout).toBe("a\ufffd\n\u001b[31mred\u001b[0m");
    expect(stderr).toMatch(/^bad$/m);
    const id = await idOf("bytes");
    expect(await logged(id, "--stream", "stdout")).toBe("a\ufffd\n\u001b[31mred\u001b[0m");
    expect(await logged(id, "--stream", "stderr")).toBe("bad\n");
    const lines = (await logged(id, "--json")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ stream: "stderr", content: "bad\n", position: expect.any(Number) }),
    );
  });

  test("gives its own stdin to the command, and no terminal", async () => {
    const script = "test -t 1 || echo piped; cat";
    const child = cli.launch(run("--version", "stdin", "--log", "--", "sh", "-c", script));
    expect(await child.end).toMatchObject({ code: 0, stdout: "piped\n" });
  });

  test("masks the values of secret variables, of --mask, and of ::add-mask::", async () => {
    const script =
      'echo "$MY_TOKEN $PLAIN"; echo ::add-mask::from-the-command; printf from-the-; sleep 0.1; echo command';
    const options = ["--version", "masked", "--log", "--mask", "PLAIN", "--mask", "NOT_THERE"];
    const { stdout, stderr } = await cli.runProcess(run(...options, "--", "sh", "-c", script), {
      ...{ MY_TOKEN: "token-of-mine", PLAIN: "plain-value" },
    });
    expect(stdout).toBe("token-of-mine plain-value\n::add-mask::from-the-command\nfrom-the-command\n");
    expect(stderr).toContain("NOT_THERE is not set");
    expect(await logged(await idOf("masked"))).toBe("*** ***\n::add-mask::***\n***\n");
  });

  test("notes why the command has failed, and all of the log is there when the deployment has ended", async () => {
    const script = "echo out; exit 3";
    const { code } = await cli.runProcess(run("--version", "fails", "--log", "--", "sh", "-c", script));
    expect(code).toBe(3);
    expect(await logged(await idOf("fails"))).toBe("out\ndeploy-queue: the command exited with code 3\n");
  });

  test("is the default where the policy says so, for a component as well, and --no-log is none", async () => {
    const environment = await cli.environment();
    await cli.queue.environments.set(environment, { log: true });
    const { options } = newPlace(environment);
    const here = (...more: string[]) => cli.runProcess(["run", ...options, ...more, "--", "echo", "hello"]);
    await here("--version", "by policy");
    expect(await logged(await idOf("by policy"))).toBe("hello\n");
    await here("--version", "not now", "--no-log");
    expect(await cli.run(["logs", String(await idOf("not now"))])).toMatchObject({
      ...{ code: 0, stdout: "", stderr: expect.stringMatching(/has no log$/m) },
    });
    await cli.queue.environments.setComponent(environment, "api", { log: false });
    await here("--version", "by component");
    expect(await logged(await idOf("by component"))).toBe("");
  });

  test("of a released command is kept, too", async () => {
    const staged = await cli.run(["stage", ...newPlace().options, "--", "echo", "staged"]);
    const id = staged.stdout.trim();
    await cli.runProcess(["release", id, "--yes", "--log"]);
    expect(await logged(Number(id))).toBe("staged\n");
  });

  test("neither slows nor ends the command when the database goes away, and stores what it printed once that is back", async () => {
    const proxy = await startProxy(cli.url);
    const { script, open } = gatedScript("echo before", "i=0; while [ $i -lt 200 ]; do echo line $i; i=$((i+1)); done");
    const child = cli.launch(run("--version", "away", "--log", "--", "sh", "-c", script), {
      DEPLOY_QUEUE_DATABASE_URL: proxy.url,
    });
    const id = await idOf("away");
    await until("it is stored", async () => (await logged(id)) === "before\n");
    proxy.refuse();
    open();
    await child.printed(/^line 199$/m);
    proxy.recover();
    expect(await child.end).toMatchObject({ code: 0 });
    const lines = Array.from({ length: 200 }, (_, number) => `line ${number}\n`);
    expect(await logged(id, "--stream", "stdout")).toBe(`before\n${lines.join("")}`);
  });

  test("of a command that prints 1 GB keeps its beginning and its end", async () => {
    const script = "echo first; yes 0123456789012345678901234567890123456789 | head -c 1000000000; echo; echo last";
    const [file, ...first] = program;
    const child = spawn(file, [...first, ...run("--version", "large", "--log", "--", "sh", "-c", script)], {
      env: { ...process.env, CI: "true", DEPLOY_QUEUE_DATABASE_URL: cli.url },
      stdio: "ignore",
    });
    killLater(child);
    expect(await once(child, "exit")).toEqual([0, null]);
    const log = await logged(await idOf("large"));
    expect(log.length).toBeGreaterThan(10_000_000);
    expect(log.length).toBeLessThan(10_486_760);
    expect(log).toMatch(/^first\n0123.*deploy-queue: about 943.\d MiB are left out here\n.*\nlast\n$/s);
  });

  test("holds up neither heartbeats nor the end when the reader of its output takes none", async () => {
    const [file, ...first] = program;
    const script = "head -c 300000 /dev/zero | tr '\\0' x; echo done >&2";
    const child = spawn(file, [...first, ...run("--version", "unread", "--log", "--", "sh", "-c", script)], {
      env: { ...process.env, CI: "true", DEPLOY_QUEUE_DATABASE_URL: cli.url },
      stdio: ["ignore", "pipe", "ignore"],
    });
    killLater(child);
    const id = await idOf("unread");
    await until("it has finished", async () => (await cli.row(id)).finish_timestamp !== null);
    expect(child.exitCode).toBeNull();
    const received: Buffer[] = [];
    child.stdout.on("data", (bytes: Buffer) => void received.push(bytes));
    await once(child, "exit");
    expect(Buffer.concat(received)).toHaveLength(300_000);
  });

  test("that is killed leaves what was stored", async () => {
    const { script } = gatedScript("echo stored", "true");
    const child = cli.launch(run("--version", "killed", "--log", "--", "sh", "-c", script));
    const id = await idOf("killed");
    await until("it is stored", async () => (await logged(id)) === "stored\n");
    child.process.kill("SIGKILL");
    await child.end;
    await until("the watchdog has told it", async () => (await cli.row(id)).status === "failed");
    expect(await logged(id)).toBe("stored\n");
  });
});

describe("logs --follow", () => {
  test("prints what is added at once, and ends with 0 when the deployment has finished", async () => {
    const { script, open } = gatedScript("echo one", "echo two");
    const child = cli.launch(run("--version", "followed", "--log", "--", "sh", "-c", script));
    const id = await idOf("followed");
    const follower = cli.launch(["logs", String(id), "--follow"]);
    await follower.printed(/^one$/m);
    open();
    await child.end;
    expect(await follower.end).toMatchObject({ code: 0, stdout: "one\ntwo\n" });
  });

  test("ends with 5 when the deployment has failed or was cancelled", async () => {
    const child = cli.launch(run("--version", "fails later", "--log", "--", "sh", "-c", "echo one; exit 1"));
    const id = await idOf("fails later");
    const follower = cli.launch(["logs", String(id), "-f"]);
    await child.end;
    expect(await follower.end).toMatchObject({
      ...{ code: 5, stdout: expect.stringMatching(/^one\n/) },
      stderr: `deploy-queue: deployment ${id} (api@fails later) has failed: the command exited with code 1\n`,
    });
    const { id: queued } = await cli.enqueue();
    await cli.queue.cancel(queued);
    const cancelled = `deploy-queue: deployment ${queued} (api) was cancelled: no reason given\n`;
    expect(await cli.run(["logs", String(queued), "--follow"])).toMatchObject({ code: 5, stderr: cancelled });
  });
});

test("a wait, explain, status and list running name the command that shows the log of what runs", async () => {
  const place = newPlace();
  const { script, open } = gatedScript("echo one", "true");
  const holder = cli.launch(["run", ...place.options, "--version", "holds", "--log", "--", "sh", "-c", script]);
  const id = await idOf("holds");
  await until("it has a log", async () => (await logged(id)) !== "");
  const waiter = cli.launch(["run", ...place.options, "--version", "behind", "--", "true"]);
  await waiter.printed(new RegExp(`what deployment ${id} prints: deploy-queue logs ${id} --follow$`, "m"));
  const said = async (...args: string[]) => (await cli.run(args)).stdout;
  const command = new RegExp(`^ +deploy-queue logs ${id}$`, "m");
  expect(await said("explain", String(await idOf("behind")))).toMatch(command);
  expect(await said("status", ...place.options.slice(0, 8))).toMatch(command);
  expect(await said("list", "running")).toMatch(new RegExp(`^ *${id} .* deploy-queue logs ${id} *$`, "m"));
  open();
  expect((await waiter.end).code).toBe(0);
  await holder.end;
});

describe("logs", () => {
  test("are of a stream, and since a moment", async () => {
    const { id } = await cli.enqueue();
    await cli.queue.logs.append(id, "me", 1, [
      { stream: "stdout", content: "old\n", age: 3_600 },
      { stream: "note", content: "said\n", age: 60 },
      { stream: "stderr", content: "new", age: 60 },
      { stream: "note", content: "more\n", age: 60 },
    ]);
    expect(await logged(id)).toBe("old\ndeploy-queue: said\nnew\ndeploy-queue: more\n");
    expect(await logged(id, "--since", "10m")).toBe("deploy-queue: said\nnew\ndeploy-queue: more\n");
    expect(await logged(id, "--since", "2000-01-01T00:00:00Z", "--stream", "stderr")).toBe("new");
  });

  test("steer neither a terminal nor a workflow", async () => {
    const { id } = await cli.enqueue();
    const content = "\u001b[31mred\u001b[0m \u001b]0;title\u0007\n::error::x\n##[error]y a::b\n";
    await cli.queue.logs.append(id, "me", 1, [{ stream: "stdout", content, age: 0 }]);
    expect(await logged(id)).toBe(content);
    const { stdout } = await cli.run(["logs", String(id)], { GITHUB_ACTIONS: "true" });
    expect(stdout).toBe("\u001b[31mred\u001b[0m \u241b]0;title\u2407\n: :error::x\n## [error]y a::b\n");
  });

  test("of what does not exist are exit code 3, and of a strange stream 2", async () => {
    expect((await cli.run(["logs", "999999"])).code).toBe(3);
    expect((await cli.run(["logs", "999999", "--follow"])).code).toBe(3);
    expect((await cli.run(["logs", "1", "--stream", "stdin"])).code).toBe(2);
  });

  test("of what waits are none yet, and --since says which forms it takes", async () => {
    const { id } = await cli.enqueue();
    expect((await cli.run(["logs", String(id)])).stderr).toContain(`deployment ${id} has no log yet: it is queued`);
    const { stdout, stderr } = await cli.run(["logs", String(id), "--json"]);
    expect(stdout).toBe("");
    expect(JSON.parse(stderr)).toMatchObject({ message: expect.stringContaining("has no log yet") });
    expect((await cli.run(["logs", String(id), "--since", "yesterday"])).stderr).toMatch(
      /--since must be a duration .*, not "yesterday"\. Or a time, such as 2026-11-01T02:00:00Z/,
    );
  });

  test("have a limit, whose option is named with its bounds", async () => {
    const { stderr } = await cli.run(["environment", "set", await cli.environment(), "--log-limit", "2KiB"]);
    expect(stderr).toContain("--log-limit must be between 64 KiB and 1 GiB");
  });
});
