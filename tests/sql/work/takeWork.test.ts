import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { Target } from "../../../src/queue/calls/work.js";
import { useDatabase } from "../../support/database.js";
import { useLogins } from "../../support/logins.js";
import { openSession, untilBlocked } from "../../support/session.js";
import { newTarget } from "../../support/targets.js";

const database = useDatabase();
const { queue, sql } = database;
const newLogin = useLogins(database);
const commands = ["yarn build"];

async function served(more: Partial<Target> = {}, agents = ["one", "two"]): Promise<Target> {
  const target = newTarget(more);
  for (const agent of agents) {
    await queue.work.register(agent, [target]);
  }
  return target;
}

const submit = ({ target }: Target, more: object = {}) => queue.work.submit({ target, commands, ...more });

test("an agent starts what it takes and keeps it, and another one gets nothing", async () => {
  const target = await served();
  const { deployment } = await submit(target, { directory: target.directories[0] });
  const { work } = await queue.work.take("one", "k1", { stopGrace: 5_000 });
  expect(work).toMatchObject({ target: target.target, directory: target.directories[0], commands });
  expect(work?.deployment).toMatchObject({ id: deployment.id, keeper: "k1", start_timestamp: expect.any(Date) });
  expect(await queue.work.of(deployment.id)).toMatchObject({ agent: "one" });
  expect(await queue.work.take("two", "k2")).toEqual({});
});

test("a keeper that has lost the answer gets the same deployment, until that has ended", async () => {
  const target = await served();
  const { deployment } = await submit(target);
  await queue.work.take("one", "lost");
  await database.advance("50 seconds");
  // It counts its lease from the call that was answered.
  const { work } = await queue.work.take("one", "lost");
  expect(work?.deployment.id).toBe(deployment.id);
  const [lease] = await sql<{ seconds: number }[]>`
    select extract(epoch from alive_until - deploy_queue._now())::float as seconds from deploy_queue.deployments where id = ${deployment.id}`;
  expect(lease?.seconds).toBeGreaterThan(50);
  await queue.heartbeat(deployment.id, "lost");
  await queue.work.take("one", "lost");
  const [longer] = await sql<{ minutes: number }[]>`
    select extract(epoch from alive_until - deploy_queue._now())::float / 60 as minutes from deploy_queue.deployments where id = ${deployment.id}`;
  expect(longer?.minutes).toBeGreaterThan(14);
  await queue.finish(deployment.id, { keeper: "lost" });
  expect(await queue.work.take("one", "lost")).toEqual({});
});

test.for([
  ["cancelled", "waits", "cancel"],
  ["finished", "was started past the rules", "finish"],
  ["asked to stop", "was started past the rules", "cancel"],
  ["finished", "was taken with a lost answer", "finish"],
  ["taken by another agent", "waits", "take_work"],
] as const)("what is %s while an agent waits for its row is not given out, where it %s", async ([, state, call]) => {
  const { deployment } = await submit(await served());
  if (state === "was started past the rules") await queue.line.startNow(deployment.id, "an incident");
  if (state === "was taken with a lost answer") await queue.work.take("two", "k");
  const [first, second] = [await openSession(database), await openSession(database)];
  await first.begin();
  await first.sql.unsafe(
    `select from deploy_queue.${call}(${call === "take_work" ? "'one', 'first'" : deployment.id})`,
  );
  const answer = second.sql`select target from deploy_queue.take_work('two', 'k')`.execute();
  await untilBlocked(database, second, first);
  await first.commit();
  expect(await answer).toEqual([{ target: null }]);
});

test("one who polls a deployment and leaves the transaction open holds up its agent, and not its cell", async () => {
  const target = await served();
  const { deployment } = await submit(target);
  const [polling, agent] = [await openSession(database), await openSession(database)];
  await polling.begin();
  await polling.sql`select from deploy_queue.poll_work(${deployment.id})`;
  const answer = agent.sql`select target from deploy_queue.take_work('one', 'k')`.execute();
  await untilBlocked(database, agent, polling);
  await database.enqueue({ region: target.region, component: "other" });
  await polling.commit();
  expect(await answer).toEqual([{ target: target.target }]);
});

test("what is first in line is taken first, and what is behind it when that has ended", async () => {
  const target = await served();
  const { deployment: first } = await submit(target);
  const { deployment: second } = await submit(target);
  const { deployment: urgent } = await submit(target);
  await queue.line.bump(urgent.id, "an incident");
  for (const { id } of [urgent, first, second]) {
    expect((await queue.work.take("one", `k${id}`)).work?.deployment.id).toBe(id);
    expect((await queue.work.take("two", "none")).work).toBeUndefined();
    await queue.finish(id, { keeper: `k${id}` });
  }
});

test("several may run at once where the cell has slots", async () => {
  await queue.environments.set("wide", { slots: 2 });
  const target = await served({ environment: "wide" });
  await Promise.all([submit(target), submit(target), submit(target)]);
  const taken = await Promise.all(["a", "b", "c"].map((keeper) => queue.work.take("one", keeper)));
  const again = await queue.work.take("two", "d");
  expect([...taken, again].filter(({ work }) => work !== undefined)).toHaveLength(2);
});

test("it says when time alone may give work: the end of a buffer", async () => {
  await queue.environments.set("cooling", { bufferTime: 60 });
  const target = await served({ environment: "cooling" });
  const { deployment } = await submit(target);
  await submit(target);
  await queue.work.take("one", "k");
  await queue.finish(deployment.id);
  const { work, lookAgainIn = 0 } = await queue.work.take("one", "k2");
  expect(work).toBeUndefined();
  expect(lookAgainIn).toBeGreaterThan(50_000);
  expect(lookAgainIn).toBeLessThanOrEqual(60_000);
  await database.advance("61 seconds");
  expect((await queue.work.take("one", "k2")).work).toBeDefined();
});

test("a freeze keeps it waiting, and the end of the freeze wakes its agents", async () => {
  const target = await served();
  const number = await queue.work.register("one", [target]);
  const heard: string[] = [];
  const session = database.connect({ onNotify: (channel) => void heard.push(channel) });
  await session.unsafe(`listen deploy_queue_agent_${number}`);
  const { environment, region, cell_index: cellIndex } = target;
  const freeze = await queue.policies.freeze({ environment, cloudProvider: "aws", region, cellIndex }, "an incident");
  await submit(target);
  expect(await queue.work.take("one", "k")).toEqual({});
  const before = heard.length;
  await queue.policies.thaw(freeze.freeze_id);
  await session`select 1`;
  expect(heard.length).toBeGreaterThan(before);
  expect((await queue.work.take("one", "k")).work).toBeDefined();
});

test("what was cancelled while it waited is not taken", async () => {
  const target = await served();
  const { deployment } = await submit(target);
  const { deployment: next } = await submit(target);
  await queue.cancel(deployment.id, "not now");
  expect((await queue.work.take("one", "k")).work?.deployment.id).toBe(next.id);
});

test("what is superseded and could not be cancelled at once does not keep the newest from being taken", async () => {
  await queue.environments.set("newest", { ordering: "latest" });
  const target = await served({ environment: "newest" });
  const { deployment: old } = await submit(target);
  const session = await openSession(database);
  await session.begin();
  await session.sql`select from deploy_queue.deployments where id = ${old.id} for update`;
  const { deployment: newest } = await submit(target);
  await session.rollback();
  expect(await queue.deployment(old.id)).toMatchObject({ status: "queued" });
  expect(await queue.work.take("one", "k")).toEqual({ lookAgainIn: 0 });
  expect((await queue.work.take("one", "k")).work?.deployment.id).toBe(newest.id);
  expect(await queue.deployment(old.id)).toMatchObject({ cancellation_kind: "superseded" });
});

test("an agent whose role was tied to other environments meanwhile takes nothing there, and keeps nothing", async () => {
  await queue.roles.create();
  await queue.environments.set("elsewhere", {});
  const login = await newLogin();
  await queue.roles.grant(login.name, "agent", ["dev"]);
  const target = newTarget();
  const targets = login.sql.json(JSON.parse(JSON.stringify([target])));
  await login.sql`select deploy_queue.register_targets('tied', ${targets})`;
  await submit(target);
  await queue.roles.grant(login.name, "agent", ["elsewhere"]);
  expect(await login.sql`select target from deploy_queue.take_work('tied', 'k')`).toEqual([{ target: null }]);
  expect(await login.sql`select deploy_queue.keep_work('tied') = interval '1 minute' as keeps_none`).toEqual([
    { keeps_none: true },
  ]);
});

test("what another process has started, and what was asked to stop before it was taken, is not given out", async () => {
  const target = await served();
  const { deployment } = await submit(target);
  await sql`update deploy_queue.deployments set start_timestamp = 'infinity' where id = ${deployment.id}`;
  expect(await queue.work.take("one", "k")).toEqual({});
  await queue.finish(deployment.id);
  const { deployment: stopped } = await submit(target);
  await queue.line.startNow(stopped.id, "an incident");
  await queue.cancel(stopped.id, "not now");
  expect(await queue.work.take("one", "k")).toEqual({});
  expect(await queue.deployment(stopped.id)).toMatchObject({ status: "stopping" });
});

test("what an operator starts past the rules is taken at once", async () => {
  const target = await served();
  const blocker = await database.enqueue({ region: target.region, component: "other" });
  await queue.tryStart(blocker.id);
  const { deployment } = await submit(target);
  expect(await queue.work.take("one", "k")).toEqual({});
  await queue.line.startNow(deployment.id, "an incident");
  const { work } = await queue.work.take("one", "k");
  expect(work?.deployment).toMatchObject({ id: deployment.id, keeper: "k", forced: true });
  expect(await queue.work.take("two", "k2")).toEqual({});
});

test("an agent that dies before its first heartbeat holds the cell for a minute, and its work is not repeated", async () => {
  const target = await served();
  const { deployment } = await submit(target);
  const { deployment: next } = await submit(target);
  await queue.work.take("one", "dead");
  await queue.work.keep("two");
  expect(await queue.work.take("two", "k")).toEqual({ lookAgainIn: expect.any(Number) });
  await database.advance("61 seconds");
  await queue.work.keep("two");
  expect((await queue.work.take("two", "k")).work?.deployment.id).toBe(next.id);
  expect(await queue.deployment(deployment.id)).toMatchObject({ cancellation_kind: "reaped" });
  await expect(queue.finish(deployment.id, { keeper: "dead" })).rejects.toThrow();
});

test("a target that its agents serve no more is taken by none", async () => {
  const target = await served();
  const { deployment } = await submit(target);
  await queue.work.register("one", []);
  await queue.work.register("two", []);
  expect(await queue.work.take("one", "k")).toEqual({});
  const [reason] = await queue.line.explain(deployment.id);
  expect(reason?.text).toBe(`it waits for an agent of target ${target.target}; none serves it any more`);
  await queue.work.register("two", [target]);
  expect((await queue.work.take("two", "k")).work?.deployment.id).toBe(deployment.id);
});

test("of many agents that take at once, each gets others, and every one is taken once", async () => {
  const targets = await Promise.all(Array.from({ length: 5 }, () => served({}, [])));
  const agents = Array.from({ length: 8 }, (_, index) => ({ name: `hammer-${index}`, queue: database.openQueue() }));
  for (const agent of agents) {
    await agent.queue.work.register(agent.name, targets);
  }
  const ids = new Set<number>();
  for (const target of [...targets, ...targets, ...targets, ...targets]) {
    ids.add((await submit(target)).deployment.id);
  }
  const taken: number[] = [];
  const left = () => taken.length < ids.size;
  await Promise.all(
    agents.map(async ({ name, queue: own }) => {
      while (left()) {
        const keeper = randomUUID();
        const { work } = await own.work.take(name, keeper);
        await own.work.keep(name);
        if (work !== undefined) {
          taken.push(work.deployment.id);
          await own.finish(work.deployment.id, { keeper });
        }
      }
    }),
  );
  expect(taken.toSorted((one, other) => one - other)).toEqual([...ids]);
  expect(await sql`select * from deploy_queue.verify_history()`).toEqual([]);
});

test("a transaction that may not see what others have committed is refused", async () => {
  await served();
  const session = database.connect();
  await session.unsafe("begin isolation level repeatable read");
  await expect(session`select deploy_queue.take_work('one', 'k')`).rejects.toMatchObject({ code: "QD011" });
  await session.unsafe("rollback");
  await expect(queue.work.take("one", " ")).rejects.toMatchObject({ code: "QD073" });
});
