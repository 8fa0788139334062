import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { openSession, untilBlocked } from "../../support/session.js";
import { newTarget } from "../../support/targets.js";

const database = useDatabase();
const { queue, sql } = database;

async function submitted() {
  const target = newTarget();
  await queue.work.register(target.target, [target]);
  const { deployment } = await queue.work.submit({ target: target.target, commands: ["true"] });
  const { id } = deployment;
  let position = 1;
  return {
    id,
    target,
    take: () => queue.work.take(target.target, "k"),
    async print(content: string) {
      position = await queue.logs.append(id, "k", position, [{ stream: "stdout", content, age: 0 }]);
    },
    async poll() {
      const [row] = await sql<{ status: string; logs: string }[]>`select * from deploy_queue.poll_work(${id})`;
      return { ...row };
    },
  };
}

test("it follows a deployment from its line to its end, and gives each piece of the log once", async () => {
  const { id, take, print, poll } = await submitted();
  expect(await poll()).toEqual({ status: "queued", logs: "" });
  await take();
  expect(await poll()).toEqual({ status: "running", logs: "" });
  await print("one\n");
  await print("two");
  expect(await poll()).toEqual({ status: "running", logs: "one\ntwo" });
  expect(await poll()).toEqual({ status: "running", logs: "" });
  await print(" three\n");
  await queue.beginVerification(id, "k");
  expect(await poll()).toEqual({ status: "running", logs: " three\n" });
  await print("four\n");
  await queue.finish(id, { keeper: "k" });
  expect(await poll()).toEqual({ status: "complete", logs: "four\n" });
  expect(await poll()).toEqual({ status: "complete", logs: "" });
});

test("what ends it comes as the last line, once", async () => {
  const { id, target, take, print, poll } = await submitted();
  await take();
  await print("one\n");
  await queue.fail(id, "the command exited with 1", "k");
  const last = `deployment ${id} (${target.component}): the command exited with 1\n`;
  expect(await poll()).toEqual({ status: "failed", logs: `one\n${last}` });
  expect(await poll()).toEqual({ status: "failed", logs: "" });
});

test("what ends it is not repeated where the keeper has noted it in the log", async () => {
  const { id, take, print, poll } = await submitted();
  await take();
  await print("one\n");
  const content = "the check has failed\nthe command exited with 1\n";
  await queue.logs.append(id, "k", 2, [{ stream: "note", content, age: 0 }]);
  await queue.fail(id, "the command exited with 1", "k");
  expect(await poll()).toEqual({ status: "failed", logs: `one\n${content}` });
  expect(await poll()).toEqual({ status: "failed", logs: "" });
});

test("what is cancelled while it waits has failed, and says why", async () => {
  const { id, target, poll } = await submitted();
  await queue.cancel(id, "not now");
  expect(await poll()).toEqual({ status: "failed", logs: `deployment ${id} (${target.component}): not now\n` });
});

test("two that poll at once share the log: the second begins where the first has ended", async () => {
  const { id, take, print, poll } = await submitted();
  await take();
  await print("one\n");
  const [first, second] = [await openSession(database), await openSession(database)];
  await first.begin();
  const ask = (session: typeof first) => session.sql`select logs from deploy_queue.poll_work(${id})`;
  expect(await ask(first)).toEqual([{ logs: "one\n" }]);
  const waiting = ask(second).execute();
  await untilBlocked(database, second, first);
  await print("two\n");
  await first.commit();
  expect(await waiting).toEqual([{ logs: "two\n" }]);
  expect(await poll()).toMatchObject({ logs: "" });
});

test("a caller that is gone before it has the answer takes nothing from the next one", async () => {
  const { id, take, print, poll } = await submitted();
  await take();
  await print("one\n");
  const session = await openSession(database);
  await session.begin();
  await session.sql`select deploy_queue.poll_work(${id})`;
  await sql`select pg_terminate_backend(${session.pid})`;
  expect(await poll()).toMatchObject({ logs: "one\n" });
});

test("a deployment without work for agents is none", async () => {
  const { id } = await database.enqueue();
  expect(await sql`select * from deploy_queue.poll_work(${id})`).toEqual([{ status: "not_found", logs: null }]);
  expect(await sql`select * from deploy_queue.poll_work(99999999)`).toEqual([{ status: "not_found", logs: null }]);
});

test("the work goes when its deployment is pruned", async () => {
  const { id, poll } = await submitted();
  await queue.cancel(id, "not now");
  await queue.environments.set("dev", { retention: 86_400 });
  await database.advance("2 days");
  while ((await queue.upkeep.pruneHistory()) > 0);
  expect(await poll()).toEqual({ status: "not_found", logs: null });
  expect(await sql`select from deploy_queue.work where deployment_id = ${id}`).toHaveLength(0);
});
