import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Target } from "../../src/queue/calls/work.js";
import { createServer } from "../../src/server/createServer.js";
import { type Running, send, useApi } from "../support/api.js";
import { useDatabase } from "../support/database.js";
import { newTarget } from "../support/targets.js";
import { until } from "../support/until.js";

const database = useDatabase();
const { queue } = database;
const api = useApi(database);
const run = promisify(execFile);
let server: Running;
let other: Running;
let secret: string;

beforeAll(async () => {
  server = await api.start();
  other = await api.start();
  secret = await api.token("deployer");
});

async function served(more: Partial<Target> = {}): Promise<Target> {
  const target = newTarget(more);
  await queue.work.register(target.target, [target]);
  return target;
}

function bodyOf({ directories: [cd] }: Target, more: object = {}) {
  return {
    cd,
    commands: ["yarn build", "supervisorctl restart my-app"],
    commit_hash: "abc",
    ref_name: "main",
    ...more,
  };
}

async function ask(method: string, path: string, body?: unknown, token = secret, at = server) {
  const response = await fetch(`${at.base}${path}`, {
    method,
    headers: { "x-deployster-token": token, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  const fields: { readonly job_id?: string; readonly message?: string } = Object(answer);
  return { status: response.status, body: fields };
}

const deploy = (target: Target, more?: object) => ask("POST", "/deploy", bodyOf(target, more));
const status = (id: string, at = server) => ask("GET", `/status/${id}`, undefined, secret, at);

/** An agent that prints and finishes, or fails, what it takes. */
async function work({ target }: Target, lines: string, failure?: string): Promise<void> {
  const { deployment } = await until("there is work", async () => (await queue.work.take(target, "k")).work);
  await queue.logs.append(deployment.id, "k", 1, [{ stream: "stdout", content: lines, age: 0 }]);
  await (failure === undefined
    ? queue.finish(deployment.id, { keeper: "k" })
    : queue.fail(deployment.id, failure, "k"));
}

test("a job that may start is answered with its id, and one behind another with the word that it is queued", async () => {
  const target = await served();
  const first = await deploy(target);
  expect(first).toEqual({ status: 200, body: { job_id: expect.stringMatching(/^\d+$/) } });
  expect((await deploy(target)).body.message).toMatch(/^deployment \d+ .*; this job is queued\.$/);
  await queue.work.take(target.target, "k");
  const second = await deploy(target);
  expect(second).toEqual({
    status: 200,
    body: {
      job_id: expect.stringMatching(/^\d+$/),
      queued: true,
      message: "Another deployment is running; this job is queued.",
    },
  });
  expect(await queue.work.of(Number(first.body.job_id))).toMatchObject({ commit_hash: "abc", ref_name: "main" });
});

test("what a job waits for besides others is said", async () => {
  const target = await served();
  await database.advance("13 minutes");
  const { body } = await deploy(target);
  expect(body).toMatchObject({
    queued: true,
    message: expect.stringMatching(/^it waits for an agent of target .*; this job is queued\.$/),
  });
  expect((await deploy(target)).body.message).toMatch(/^it waits for an agent of target /);
});

test("the status goes from queued to complete, and each piece of the log comes once, through any server", async () => {
  const target = await served();
  const { body } = await deploy(target);
  const id = String(body.job_id);
  expect(await status(id)).toEqual({ status: 200, body: { status: "queued", logs: "" } });
  const { work: taken } = await queue.work.take(target.target, "k");
  await queue.logs.append(taken?.deployment.id ?? 0, "k", 1, [{ stream: "stdout", content: "one\n", age: 0 }]);
  expect(await status(id)).toEqual({ status: 200, body: { status: "running", logs: "one\n" } });
  await queue.logs.append(Number(id), "k", 2, [{ stream: "stderr", content: "\u001b[31mtwo\u001b[0m\n", age: 0 }]);
  await queue.finish(Number(id), { keeper: "k" });
  expect(await status(id, other)).toEqual({
    status: 200,
    body: { status: "complete", logs: "\u001b[31mtwo\u001b[0m\n" },
  });
  expect(await status(id)).toEqual({ status: 200, body: { status: "complete", logs: "" } });
});

test.each(["99999999", "0", "-1", "abc", "1e3", "9".repeat(40)])("there is no job %s", async (id) => {
  expect(await status(id)).toEqual({ status: 404, body: { status: "not_found" } });
});

test("a target that is registered for another environment is not in the way of the caller's own", async () => {
  await queue.environments.set("other", {});
  const target = await served();
  const strange = await served({ directories: target.directories, environment: "other" });
  const own = await api.token("deployer", { environments: ["dev"] });
  const { status, body } = await ask("POST", "/deploy", bodyOf(target), own);
  expect({ status, target: (await queue.work.of(Number(body.job_id)))?.target }).toEqual({
    status: 200,
    target: target.target,
  });
  // Who may deploy to both must name one.
  expect(await deploy(strange)).toMatchObject({ status: 400 });
});

test("a target of a component that the caller may not change is not in the way, also with a longer directory", async () => {
  const [mine, strange] = [await served(), newTarget()];
  const [directory = ""] = mine.directories;
  await queue.work.register(strange.target, [{ ...strange, directories: [directory, `${directory}/web`] }]);
  const own = await api.token("deployer", { components: [mine.component] });
  const { body } = await ask("POST", "/deploy", bodyOf(mine, { cd: `${directory}/web` }), own);
  expect((await queue.work.of(Number(body.job_id)))?.target).toBe(mine.target);

  expect(await deploy(mine)).toEqual({
    status: 400,
    body: {
      error: `directory '${directory}' is that of several targets: ${mine.target}, ${strange.target}. Give the target as well, by one of these names.`,
    },
  });
  const named = await deploy(mine, { target: strange.target });
  expect((await queue.work.of(Number(named.body.job_id)))?.target).toBe(strange.target);
});

test("a deployment that is no job has no status", async () => {
  const { id } = await database.enqueue();
  const operator = await api.token("operator");
  expect(await ask("GET", `/status/${id}`, undefined, operator)).toEqual({
    status: 404,
    body: { status: "not_found" },
  });
});

describe("who is not let in gets 403:", () => {
  const unauthorized = { status: 403, body: { error: "Unauthorized" } };

  test.each([
    ["a job without fields", "{}"],
    ["no JSON", "{"],
    ["a body that is too large", `{"cd": "${"x".repeat(70_000)}"}`],
  ])("a guess is told so before what is wrong with %s", async (_, body) => {
    expect(await ask("POST", "/deploy", body, "a guess")).toEqual(unauthorized);
    expect(await ask("POST", "/deploy", body)).toMatchObject({ status: body.length > 100 ? 413 : 400 });
  });

  test("a guess, and no token at all", async () => {
    const target = await served();
    expect(await ask("POST", "/deploy", bodyOf(target), "a guess")).toEqual(unauthorized);
    expect(await ask("GET", "/status/1", undefined, "a guess")).toEqual(unauthorized);
    expect(await ask("GET", "/status/abc", undefined, "a guess")).toEqual(unauthorized);
    const response = await fetch(`${server.base}/deploy`, { method: "POST" });
    expect({ status: response.status, body: await response.json() }).toEqual(unauthorized);
  });

  test("a reader, an agent, and a deployer of another component or environment", async () => {
    await queue.environments.set("other", {});
    const target = await served();
    const { body } = await deploy(target);
    for (const token of [
      await api.token("reader"),
      await api.token("agent"),
      await api.token("deployer", { components: ["another"] }),
      await api.token("deployer", { environments: ["other"] }),
    ]) {
      expect(await ask("POST", "/deploy", bodyOf(target), token)).toMatchObject(unauthorized);
      expect(await ask("GET", `/status/${body.job_id}`, undefined, token)).toMatchObject(unauthorized);
    }
  });

  test("another deployer, of the status of a job that it has not entered", async () => {
    const { body } = await deploy(await served());
    expect(await ask("GET", `/status/${body.job_id}`, undefined, await api.token("deployer"))).toMatchObject(
      unauthorized,
    );
  });

  test("a deployer of this component is let in", async () => {
    const target = await served();
    const token = await api.token("deployer", { components: [target.component], environments: ["dev"] });
    const { body } = await ask("POST", "/deploy", bodyOf(target), token);
    expect(await ask("GET", `/status/${body.job_id}`, undefined, token)).toMatchObject({ body: { status: "queued" } });
  });
});

test("an agent behind a server does what a deployer may with what it has taken, and with nothing else", async () => {
  const token = await api.token("agent");
  const call = (name: string, values: object) =>
    send(server.base, token, "POST", `/v1/call/${name}`, { arguments: values });
  const target = newTarget();
  expect(await call("register_targets", { agent: "host", targets: [target] })).toMatchObject({ status: 200 });
  const { body } = await deploy(target);
  const strange = await database.enqueue({ region: "strange" });
  await queue.tryStart(strange.id);
  const taken = await call("take_work", { agent: "host", keeper: "k" });
  expect(taken.body["rows"]).toMatchObject([{ target: target.target, deployment: { id: Number(body.job_id) } }]);
  for (const name of ["heartbeat", "finish", "fail", "cancel", "confirm_stop", "begin_verification", "try_start"]) {
    expect(await call(name, { deployment_id: strange.id }), name).toMatchObject({
      status: 403,
      body: { code: "QD072" },
    });
  }
  expect(await call("enqueue", { ...target, environment: "dev" })).toMatchObject({ status: 403 });
  expect(await call("finish", { deployment_id: Number(body.job_id), keeper: "k" })).toMatchObject({ status: 200 });
});

test("an agent that is limited to components serves no other one", async () => {
  const [mine, strange] = [newTarget(), newTarget()];
  const token = await api.token("agent", { components: [mine.component] });
  const register = (target: Target) =>
    send(server.base, token, "POST", "/v1/call/register_targets", { arguments: { agent: "host", targets: [target] } });
  expect(await register(strange)).toMatchObject({ status: 403, body: { code: "QD072" } });
  expect(await register(mine)).toMatchObject({ status: 200 });
});

test("a program submits with names of the queue, and is told what it waits for", async () => {
  const target = await served();
  const request = { target: target.target, commands: ["true"], commit_hash: "v1" };
  const post = async (body: object) => {
    const response = await fetch(`${server.base}/v1/work`, {
      ...{ method: "POST", body: JSON.stringify(body) },
      headers: {
        authorization: `Bearer ${secret}`,
        "content-type": "application/json",
        "idempotency-key": JSON.stringify(body),
      },
    });
    const answer: { readonly deployment?: { readonly deployment_id: number } } = Object(await response.json());
    return { status: response.status, location: response.headers.get("location"), body: answer };
  };
  const first = await post(request);
  expect(first).toMatchObject({ status: 201, body: { target_name: target.target, waiting_on: [] } });
  expect(first.location).toBe(`/v1/deployments/${first.body.deployment?.deployment_id}`);
  expect((await post(request)).body).toMatchObject({
    deployment: { deployment_id: first.body.deployment?.deployment_id },
  });
  expect(await post({ ...request, target: "nowhere" })).toMatchObject({ status: 404, body: { code: "QD120" } });
  expect(await send(server.base, secret, "GET", `/v1/targets?component=${target.component}`)).toMatchObject({
    ...{ status: 200, body: { items: [{ target: target.target, agents: [target.target] }] } },
  });

  const staged = await post({ ...request, commands: undefined, command: ["./x", "a b"], hold: "outside" });
  const held = staged.body.deployment?.deployment_id;
  expect(await send(server.base, secret, "POST", `/v1/deployments/${held}/hand-over`, {})).toMatchObject({
    ...{ status: 200, body: { released: true } },
  });
});

test.each([
  ["no JSON", "{", 400],
  ["an empty body", {}, 400],
  ["no commands", { cd: "/x", commands: [] }, 400],
  ["commands that are none", { cd: "/x", commands: "yarn" }, 400],
  ["a command that is empty", { cd: "/x", commands: [""] }, 400],
  ["a zero byte", { cd: "/x", commands: ["a\u0000b"] }, 400],
  ["a path that leads elsewhere", { cd: "/x/../y", commands: ["true"] }, 400],
  ["a directory that no agent serves", { cd: "/unknown", commands: ["true"] }, 404],
])("%s is refused in one line", async (_, body, code) => {
  const answer = await ask("POST", "/deploy", body);
  expect(answer).toEqual({ status: code, body: { error: expect.stringMatching(/^.{10,300}$/) } });
});

test("fields that are not known are passed over, and hash and ref may be missing", async () => {
  const target = await served();
  const { body } = await ask("POST", "/deploy", { cd: target.directories[0], commands: ["true"], extra: 1 });
  expect(await queue.work.of(Number(body.job_id))).toMatchObject({ commit_hash: null, ref_name: null });
});

test("a job that its environment's phrase does not fit is refused, which is recorded", async () => {
  await queue.environments.set("asking", { confirmation: "yes" });
  const target = await served({ environment: "asking" });
  expect(await deploy(target)).toMatchObject({ status: 409, body: { error: expect.stringContaining("confirmation") } });
  expect(await deploy(target, { confirmation: "yes" })).toMatchObject({ status: 200 });
});

describe("as scripts do it,", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "jobs-"));
  });

  /** The two steps of a workflow, where GitHub has filled in what stands between its braces. */
  const trigger = (cd: string) => `
RESPONSE=$(curl -sS -X POST -H "x-deployster-token: $TOKEN" -H "Content-Type: application/json" \\
  -d @- "$URL/deploy" <<'JSON'
{
  "cd": "${cd}",
  "commands": ["yarn install --frozen-lockfile", "yarn build", "supervisorctl restart my-app--main"],
  "commit_hash": "$(git rev-parse HEAD)",
  "ref_name": "main"
}
JSON
)
JOB_ID=$(echo "$RESPONSE" | jq -r '.job_id')
if [ -z "$JOB_ID" ] || [ "$JOB_ID" = "null" ]; then echo "no job_id: $RESPONSE" >&2; exit 1; fi
echo "job_id=$JOB_ID" >> "$GITHUB_OUTPUT"`;
  const follow = `
while true; do
  RESP=$(curl -sS -H "x-deployster-token: $TOKEN" "$URL/status/$JOB_ID") || true
  STATUS=$(echo "$RESP" | jq -r '.status // "not_found"')
  LOGS=$(echo "$RESP" | jq -r '.logs // ""')
  echo -n "$LOGS"
  if [ "$STATUS" = complete ]; then echo " done"; break; fi
  if [ "$STATUS" = failed ]; then echo " failed" >&2; exit 1; fi
  if [ "$STATUS" = not_found ]; then echo " not found" >&2; exit 1; fi
  sleep 0.1
done`;

  async function step(script: string, env: object = {}): Promise<{ code: number; stdout: string; stderr: string }> {
    const file = join(folder, "step.sh");
    await writeFile(file, script);
    const output = join(folder, "output");
    const variables = { ...process.env, TOKEN: secret, URL: server.base, GITHUB_OUTPUT: output, ...env };
    // As the runner runs a step.
    return run("bash", ["-e", file], { env: variables }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code: Number(code), stdout: String(stdout), stderr: String(stderr) }),
    );
  }
  const jobId = async () =>
    /job_id=(\d+)/.exec((await readFile(join(folder, "output"), "utf8")).split("\n").at(-2) ?? "")?.[1];

  test("a job that succeeds is followed to its end", async ({ skip }) => {
    skip(!(await hasTools()), "curl or jq is missing");
    const target = await served();
    expect(await step(trigger(target.directories[0] ?? ""))).toMatchObject({ code: 0 });
    const done = work(target, "installed\nbuilt\n");
    const followed = await step(follow, { JOB_ID: await jobId() });
    await done;
    expect(followed).toEqual({ code: 0, stdout: "installed\nbuilt done\n", stderr: "" });
  });

  test("a job that fails ends the step, with the reason", async ({ skip }) => {
    skip(!(await hasTools()), "curl or jq is missing");
    const target = await served();
    await step(trigger(target.directories[0] ?? ""));
    const done = work(target, "installed\n", "yarn build exited with 1");
    const followed = await step(follow, { JOB_ID: await jobId() });
    await done;
    expect(followed).toMatchObject({ code: 1, stdout: expect.stringContaining("yarn build exited with 1") });
  });

  test("a job that is refused has no id, and the step shows why", async ({ skip }) => {
    skip(!(await hasTools()), "curl or jq is missing");
    expect(await step(trigger("/nowhere"))).toMatchObject({ code: 1, stderr: expect.stringContaining("/nowhere") });
    expect(await step(trigger("/nowhere"), { TOKEN: "wrong" })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Unauthorized"),
    });
  });

  test("a job that is gone ends the step", async ({ skip }) => {
    skip(!(await hasTools()), "curl or jq is missing");
    expect(await step(follow, { JOB_ID: "99999999" })).toMatchObject({ code: 1, stderr: " not found\n" });
  });
});

async function hasTools(): Promise<boolean> {
  return Promise.all([run("curl", ["--version"]), run("jq", ["--version"])]).then(
    () => true,
    () => false,
  );
}

test("a client that polls while the database is away is told no end of its job", async () => {
  const silent = (): void => undefined;
  const log = { trace: silent, debug: silent, info: silent, warn: silent, error: silent, tellsInfo: false };
  const app = await createServer({ url: "postgres://nobody@127.0.0.1:1/nothing", log });
  onTestFinished(() => app.close());
  const response = await app.inject({ url: "/status/1", headers: { "x-deployster-token": secret } });
  expect(response.statusCode).toBe(503);
  expect(response.json()).toEqual({ error: "the database does not answer", status: "unknown" });
});
