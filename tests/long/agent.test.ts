import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agentFile, agentTarget, startAgent, type TestTarget } from "../support/agents.js";
import type { RunningCli } from "../support/cli.js";
import { useCommandLine, useDirectory } from "../support/commandLine.js";
import { childrenOf } from "../support/processes.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const folder = useDirectory();
const programs = join(folder, "programs");
let url = "";
let tokens: { readonly agent: string; readonly ci: string };

/** The judge is the kernel: each command takes a lock of its project, and notes when that is taken. */
const judged = `exec 9>lock; flock -n 9 || echo "$DEPLOY_QUEUE_DEPLOYMENT_ID" >>taken; echo "$DEPLOY_QUEUE_DEPLOYMENT_ID" >>order`;

beforeAll(async () => {
  mkdirSync(programs);
  program("build", `${judged}; echo "building"; sleep 0.1`);
  program("supervisorctl", `${judged}; echo "$2: started"`);
  program("flood", "echo first; yes 0123456789012345678901234567890123456789 | head -c 1000000000; echo; echo last");
  program("stubborn", `${judged}; trap '' TERM; echo stubborn; while :; do sleep 0.1; done`);
  await cli.run(["roles", "create"]);
  await cli.queue.environments.set("dev", { bufferTime: 0, heartbeatTimeout: 100 });
  tokens = { agent: await token("agent", "agent"), ci: await token("ci", "deployer") };
});

// Processes are killed after each test.
beforeEach(async () => {
  const server = cli.launch(["serve", "--listen", "127.0.0.1:0", "--rate-limit", "0"]);
  [, url = ""] = await server.printed(/listening on (\S+)/);
});

function program(name: string, script: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(programs, name), 0o755);
}

async function token(name: string, role: string): Promise<string> {
  const { stdout } = await cli.run(["token", "create", "--name", name, "--role", role]);
  return stdout.trim();
}

/** With nothing but the token. */
function agent(targets: readonly TestTarget[], more: object = {}): Promise<RunningCli> {
  return startAgent(cli, agentFile(folder, targets, more), {
    ...{ DEPLOY_QUEUE_DATABASE_URL: undefined, DEPLOY_QUEUE_URL: url, DEPLOY_QUEUE_TOKEN: tokens.agent },
    PATH: `${programs}:${process.env["PATH"]}`,
  });
}

const project = (more: object = {}) =>
  agentTarget(folder, {
    ...{
      commands: ["build *", "stubborn", "flood", "supervisorctl restart *"],
      last_command: undefined,
      grace_period: "5s",
    },
    ...more,
  });

async function deploy(target: TestTarget, commands: readonly string[]): Promise<number> {
  const response = await fetch(`${url}/deploy`, {
    method: "POST",
    headers: { "x-deployster-token": tokens.ci, "content-type": "application/json" },
    body: JSON.stringify({ cd: target.directory, commands, commit_hash: "4f1c2d3", ref_name: "main" }),
  });
  const answer: unknown = await response.json();
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return Number(Object(answer).job_id);
}

const restart = "supervisorctl restart my-app--main";
const ended = (id: number) =>
  until(`deployment ${id} has ended`, async () => {
    const row = await cli.row(id);
    return (row.finish_timestamp ?? row.cancellation_timestamp) !== null ? row : undefined;
  });

const linesOf = (target: TestTarget, name: string): number[] =>
  readFileSync(join(target.directory, name), { encoding: "utf8", flag: "a+" }).split("\n").filter(Boolean).map(Number);

describe.skipIf(process.platform !== "linux")("agents that know nothing but a server and a token", () => {
  test("do 50 deployments of 5 projects in order and never two of a project at once, also when one of them is killed", async () => {
    const projects = Array.from({ length: 5 }, () => project());
    const [first] = [
      await agent(projects, { deployments_at_once: 3 }),
      await agent(projects, { deployments_at_once: 3 }),
    ];
    const ids = new Map<TestTarget, number[]>(projects.map((target) => [target, []]));
    for (let index = 0; index < 50; index += 1) {
      const [target = projects[0], entered = []] = [...ids][index % 5] ?? [];
      if (target !== undefined) entered.push(await deploy(target, [`build ${index}`, `build ${index}`, restart]));
    }
    // A watchdog that has a command.
    await until("the first one is at work", () =>
      childrenOf(first.process.pid ?? 0).some((pid) => childrenOf(pid).length > 0),
    );
    first.process.kill("SIGKILL");

    const failed = new Map<number, string>();
    for (const id of [...ids.values()].flat()) {
      const { status, cancellation_note } = await ended(id);
      if (status !== "finished") failed.set(id, `${status}: ${cancellation_note}`);
    }
    // What the one that was killed had at work, and nothing else.
    expect(failed.size).toBeLessThanOrEqual(3);
    expect(failed.size).toBeGreaterThan(0);
    for (const note of failed.values()) {
      // One that had started, and the agent had not heard of it, has no watchdog.
      expect(note).toMatch(
        /^(failed: .*since the process that kept it was gone|cancelled: reaped by .*: no heartbeat since .*)$/,
      );
    }
    for (const [target, entered] of ids) {
      expect(linesOf(target, "taken")).toEqual([]);
      const order = linesOf(target, "order");
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      // One that failed may have been killed before its first command.
      expect([...new Set(order)]).toEqual(entered.filter((id) => order.includes(id) || !failed.has(id)));
    }
    expect(await cli.queue.history.verify()).toEqual([]);
  });

  test("kill a command that ignores SIGTERM after its grace period, and the next one starts", async () => {
    const target = project({ grace_period: "500ms" });
    await agent([target]);
    const id = await deploy(target, ["stubborn", restart]);
    const next = await deploy(target, [restart]);
    await until("it has set its trap", async () => (await wholeLog(id)).includes("\nstubborn\n"));

    await cli.queue.cancel(id, "it takes too long");

    expect((await ended(id)).status).toBe("cancelled");
    expect((await ended(next)).status).toBe("finished");
    expect(linesOf(target, "taken")).toEqual([]);
    expect(linesOf(target, "order")).toEqual([id, next]);
  });

  test("store the beginning and the end of a command that prints 1 GB, in little memory", async () => {
    const target = project();
    const { process } = await agent([target]);

    const id = await deploy(target, ["flood", restart]);

    expect((await ended(id)).status).toBe("finished");
    const log = await until("the rest of its log is there", async () => {
      const text = await wholeLog(id);
      return text.endsWith(`$ ${restart}\nmy-app--main: started\n`) && text;
    });
    expect(log.slice(0, 20)).toBe("$ flood\nfirst\n012345");
    expect(log).toMatch(/\nabout 943\.\d MiB are left out here\n/);
    expect(log).toContain("\nlast\n");
    expect(log.length).toBeGreaterThan(10_000_000);
    expect(log.length).toBeLessThan(10_486_760);
    const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${process.pid}/status`, "utf8")) ?? [];
    expect(Number(peak)).toBeLessThan(400_000);
  });

  test("are deployed to by a workflow that posts and polls with curl and jq", async () => {
    const target = project();
    await agent([target]);
    const post = { cd: target.directory, commands: ["build one", restart], commit_hash: "4f1c2d3", ref_name: "main" };
    // As steps of GitHub Actions, which run in bash.
    const workflow = `
      answer=$(curl -sS -X POST -H "x-deployster-token: $TOKEN" -H "Content-Type: application/json" -d @- "$URL/deploy" <<'JSON'
${JSON.stringify(post, null, 2)}
JSON
      )
      job=$(echo "$answer" | jq -r .job_id)
      while true; do
        answer=$(curl -sS -H "x-deployster-token: $TOKEN" "$URL/status/$job")
        logs=$(echo "$answer" | jq -r '.logs // ""')
        echo -n "$logs"
        case $(echo "$answer" | jq -r '.status // "not_found"') in
          complete) echo complete; exit 0 ;;
          failed | not_found) exit 1 ;;
        esac
        sleep 0.2
      done`;

    const { stdout } = await promisify(execFile)("bash", ["-e", "-c", workflow], {
      env: { ...process.env, URL: url, TOKEN: tokens.ci },
    });

    // $( ) drops the end of the last line.
    expect(stdout.replaceAll("\n", "")).toBe(`$ build onebuilding$ ${restart}my-app--main: startedcomplete`);
  });
});

async function wholeLog(id: number): Promise<string> {
  let text = "";
  for (let after = 0; ; ) {
    const page = await cli.queue.logs.page(id, { after });
    if (page.length === 0) return text;
    text += page.map(({ content }) => content).join("");
    after = page.at(-1)?.position ?? after;
  }
}
