import { beforeAll, describe, expect, test } from "vitest";
import type { Target } from "../../../src/queue/calls/work.js";
import { useDatabase } from "../../support/database.js";
import { openSession } from "../../support/session.js";
import { newTarget } from "../../support/targets.js";
import { reaction, send } from "../../support/twoSessions.js";

const database = useDatabase();
const { queue, sql } = database;
const commands = ["yarn build", "supervisorctl restart my-app"];

async function served(more: Partial<Target> = {}): Promise<Target> {
  const target = newTarget(more);
  await queue.work.register(target.target, [target]);
  return target;
}

const submit = (target: Target, more: object = {}) => queue.work.submit({ target: target.target, commands, ...more });

test("what is submitted stands in the line of its target, with the hash as its version", async () => {
  const target = await served();
  const { deployment, ...answer } = await submit(target, { commitHash: "abc", refName: "main", directory: undefined });
  expect(answer).toEqual({ target: target.target, waitingOn: [] });
  expect(deployment).toMatchObject({
    component: target.component,
    region: target.region,
    version: "abc",
    start_timestamp: null,
  });
  expect(await queue.work.of(deployment.id)).toEqual({
    ...{ target: target.target, directory: null, commands, commit_hash: "abc", ref_name: "main", agent: null },
  });
});

test("it waits like any other, and is told what for", async () => {
  const target = await served();
  const blocker = await database.enqueue({ region: target.region, component: "other" });
  await queue.tryStart(blocker.id);
  const { waitingOn } = await submit(target);
  expect(waitingOn).toMatchObject([{ kind: "running", deployment_id: blocker.id }]);
});

describe("by a directory,", () => {
  let outer: Target;
  let inner: Target;
  beforeAll(async () => {
    outer = await served({ directories: ["/srv/shop", "/srv/admin"] });
    inner = await served({ directories: ["/srv/shop/api/"] });
  });

  test.each([
    ["/srv/shop", "outer"],
    ["/srv//shop/", "outer"],
    ["/srv/shop/web", "outer"],
    ["/srv/shop/api", "inner"],
    ["/srv/shop/api/deep/down", "inner"],
    ["/srv/shop/apis", "outer"],
    ["/srv/admin", "outer"],
  ])("%s is that of the %s target", async (directory, which) => {
    const { target } = await queue.work.submit({ directory, commands });
    expect(target).toBe((which === "outer" ? outer : inner).target);
  });

  test.each([
    ["/srv", "QD120"],
    ["/srv/shopping", "QD120"],
    ["srv/shop", "QD122"],
    ["/srv/shop/../../etc", "QD122"],
    ["", "QD122"],
  ])("%s is none", async (directory, code) => {
    await expect(queue.work.submit({ directory, commands })).rejects.toMatchObject({ code });
  });

  test("a directory that two targets have is refused, with their names, unless the target is named", async () => {
    const [one, two] = [await served({ directories: ["/twice"] }), await served({ directories: ["/twice"] })];
    await expect(queue.work.submit({ directory: "/twice", commands })).rejects.toMatchObject({
      code: "QD121",
      message: `directory '/twice' is that of several targets: ${one.target}, ${two.target}`,
    });
    expect((await queue.work.submit({ directory: "/twice/a", target: two.target, commands })).target).toBe(two.target);
    await expect(queue.work.submit({ directory: "/elsewhere", target: two.target, commands })).rejects.toMatchObject({
      code: "QD120",
      message: `target '${two.target}' has no directory '/elsewhere'`,
    });
  });

  test("a branch tells two targets of one directory apart, and one that none takes is refused", async () => {
    const main = await served({ directories: ["/by-ref"], refs: ["main", "release/*"] });
    const rest = await served({ directories: ["/by-ref"], refs: ["feature_*"] });
    const at = async (refName?: string) =>
      (await queue.work.submit({ directory: "/by-ref", refName, commands })).target;
    expect(await at("main")).toBe(main.target);
    expect(await at("release/1.0")).toBe(main.target);
    expect(await at("feature_a")).toBe(rest.target);
    await expect(at("featureXa")).rejects.toMatchObject({
      code: "QD120",
      message: `ref 'featureXa' is not taken by ${main.target} (main, release/*), ${rest.target} (feature_*)`,
    });
    await expect(at(undefined)).rejects.toMatchObject({
      code: "QD120",
      message: `no branch or tag is named, and it must fit ${main.target} (main, release/*), ${rest.target} (feature_*)`,
    });
  });
});

test.each([
  [{ commands: [] }],
  [{ commands: [" "] }],
  [{ commands: ["x".repeat(10_001)] }],
  [{ commands: Array.from({ length: 101 }, () => "true") }],
  [{ commands: undefined }],
])("%j is refused", async (flaw) => {
  const target = await served();
  await expect(submit(target, flaw)).rejects.toMatchObject({ code: "QD125" });
});

test("neither a target nor a directory is refused", async () => {
  await expect(queue.work.submit({ commands })).rejects.toMatchObject({ code: "QD120" });
});

test("a command with arguments becomes one text that a shell reads as these words", async () => {
  const target = await served();
  const command = ["./deploy.sh", "it's", "$HOME", "a b", "", "--x=1", "é"];
  const { deployment } = await submit(target, { commands: undefined, command });
  expect((await queue.work.of(deployment.id))?.commands).toEqual([`./deploy.sh 'it'\\''s' '$HOME' 'a b' '' --x=1 'é'`]);
});

test("the same key gives the same deployment, also when it was taken and when it has ended", async () => {
  const target = await served();
  const ask = () => submit(target, { idempotencyKey: "once" });
  const [{ deployment }, ...more] = await Promise.all([ask(), ask(), ask()]);
  expect(more.map((one) => one.deployment.id)).toEqual([deployment.id, deployment.id]);
  await queue.work.take(target.target, "k");
  expect((await ask()).deployment).toMatchObject({ id: deployment.id, keeper: "k" });
  await queue.finish(deployment.id);
  expect((await ask()).deployment).toMatchObject({ id: deployment.id, finish_timestamp: expect.any(Date) });

  await expect(submit(target, { idempotencyKey: "once", commands: ["other"] })).rejects.toMatchObject({
    code: "QD032",
  });
  await expect(submit(target, { idempotencyKey: "once", commitHash: "b" })).rejects.toMatchObject({ code: "QD032" });
  await expect(submit(await served(), { idempotencyKey: "once" })).rejects.toMatchObject({ code: "QD032" });
});

test.for([
  ["the same work", "one", "ok"],
  ["other work", "other", "QD032"],
] as const)("the second of two that submit with one key at once, with %s", async ([, command, end]) => {
  const { target } = await served();
  const [first, second] = [await openSession(database), await openSession(database)];
  const submission = (what: string) =>
    `select from deploy_queue.submit('${target}', commands => '{${what}}', idempotency_key => 'twice-${target}')`;
  await first.begin();
  await first.sql.unsafe(submission("one"));
  const sent = send(second, submission(command));
  expect(await reaction(second, first, sent)).toBe("waits");
  await first.commit();
  expect(await sent.end).toBe(end);
});

test("a key that an entry uses at the same moment brings no work to it", async () => {
  const target = await served();
  const place = `'${target.environment}', '${target.cloud_provider}', '${target.region}', ${target.cell_index}, '${target.component}'`;
  const [first, second] = [await openSession(database), await openSession(database)];
  await first.begin();
  await first.sql.unsafe(
    `select from deploy_queue.enqueue(${place}, idempotency_key => 'both', heartbeat => true, keeper => 'mine')`,
  );
  const sent = send(
    second,
    `select from deploy_queue.submit('${target.target}', commands => '{one}', idempotency_key => 'both')`,
  );
  expect(await reaction(second, first, sent)).toBe("waits");
  await first.commit();
  expect(await sent.end).toBe("QD032");
  expect(await sql`select keeper from deploy_queue.deployments where idempotency_key = 'both'`).toEqual([
    { keeper: "mine" },
  ]);
});

test("a missing phrase rejects it, which is recorded, and nothing is there to take", async () => {
  await queue.environments.set("guarded", { confirmation: "yes, guarded" });
  const target = await served({ environment: "guarded" });
  await expect(submit(target)).rejects.toThrow('it was rejected: the confirmation "yes, guarded" is missing');
  const [rejected] = await sql`
    select status::text, cancellation_note from deploy_queue.deployments_with_status where component = ${target.component}`;
  expect(rejected).toMatchObject({ status: "rejected" });
  expect(await queue.work.take(target.target, "k")).toEqual({});

  const { deployment } = await submit(target, { confirmation: "yes, guarded" });
  expect((await queue.work.take(target.target, "k")).work?.deployment.id).toBe(deployment.id);
});

test("in a component of which only the newest runs, it supersedes what waits", async () => {
  await queue.environments.set("newest", { ordering: "latest" });
  const target = await served({ environment: "newest" });
  const { deployment: first } = await submit(target);
  const { deployment: second } = await submit(target);
  expect(await queue.deployment(first.id)).toMatchObject({ cancellation_kind: "superseded" });
  expect((await queue.work.take(target.target, "k")).work?.deployment.id).toBe(second.id);
});

test("where no agent has been for a while, explain and the answer say so, and reaping ends the wait", async () => {
  const target = await served();
  await database.advance("13 minutes");
  const { deployment, waitingOn } = await submit(target);
  const told = expect.stringMatching(
    new RegExp(`^it waits for an agent of target ${target.target}; none has been there since \\d{4}-`),
  );
  expect(waitingOn).toEqual([expect.objectContaining({ kind: "agent", text: told })]);
  expect(await queue.line.explain(deployment.id)).toEqual([expect.objectContaining({ kind: "agent", text: told })]);
  await queue.work.register(target.target, [target]);
  expect(await queue.line.explain(deployment.id)).toEqual([]);

  await database.advance("16 minutes");
  await queue.upkeep.reapStaleDeployments();
  expect(await queue.deployment(deployment.id)).toMatchObject({ status: "cancelled", cancellation_kind: "reaped" });
});
