import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { useLogins } from "../../support/logins.js";
import { newTarget } from "../../support/targets.js";

const database = useDatabase();
const { queue, sql } = database;
const newLogin = useLogins(database);
const commands = ["true"];

beforeAll(() => database.queue.roles.create());

async function known(name: string) {
  return (await queue.work.targets()).find(({ target }) => target === name);
}

test("an agent that registers again is the same one, and what it names no more is gone", async () => {
  const [one, other] = [newTarget(), newTarget()];
  const number = await queue.work.register("host", [one, other]);
  expect(await known(one.target)).toMatchObject({ ...one, agents: ["host"], seen_at: expect.any(Date) });

  expect(await queue.work.register("host", [{ ...one, component: "moved" }])).toBe(number);
  expect(await known(one.target)).toMatchObject({ component: "moved" });
  expect(await known(other.target)).toBeUndefined();
});

test("a target stays for as long as one of its agents names it", async () => {
  const target = newTarget();
  await queue.work.register("a", [target]);
  await queue.work.register("b", [target]);
  await queue.work.register("a", []);
  expect(await known(target.target)).toMatchObject({ agents: ["b"] });
});

test("an agent that was not seen for a day is forgotten, and its targets with it", async () => {
  const target = newTarget();
  await queue.work.register("gone", [target]);
  await database.advance("25 hours");
  await queue.work.register("host", []);
  expect(await known(target.target)).toBeUndefined();
});

test("a process that begins takes the name over at once, and the one before is refused from then on", async () => {
  const target = newTarget();
  const number = await queue.work.register("twice", [target], "first");
  expect(await queue.work.register("twice", [target], "first")).toBe(number);
  expect(await queue.work.register("twice", [target], "second")).toBe(number);
  await expect(queue.work.register("twice", [target], "first")).rejects.toMatchObject({
    code: "QD127",
    message: "another process has taken the name of agent 'twice'",
  });
  expect(await queue.work.register("twice", [target], "second")).toBe(number);
  // Who gives none is not told apart.
  expect(await queue.work.register("twice", [target])).toBe(number);
});

test("of agents that contradict each other, the newest change counts for as long as its agent is there, and the difference is visible", async () => {
  const target = newTarget({ refs: ["main"] });
  const other = { ...target, refs: ["dev"], directories: ["/srv/other"] };
  const differs = async () => (await known(target.target))?.each_agent.map((one) => [one.agent, ...one.differs]);
  await queue.work.register("a", [target]);
  await queue.work.register("b", [other]);
  await queue.work.register("a", [target]);
  expect(await known(target.target)).toMatchObject(other);
  expect(await differs()).toEqual([["a", "directories", "refs"], ["b"]]);

  await queue.work.register("a", [{ ...target, refs: ["release"] }]);
  await queue.work.register("b", [other]);
  expect(await known(target.target)).toMatchObject({ refs: ["release"] });

  await queue.work.leave("a");
  await queue.work.register("b", [other]);
  expect(await known(target.target)).toMatchObject(other);
});

test("a target of another principal is refused, and nothing of the call is done", async () => {
  const [target, more] = [newTarget(), newTarget()];
  await queue.work.register("host", [target]);
  const { sql: stranger, name } = await newLogin("deploy_queue_agent");
  const register = stranger`select deploy_queue.register_targets('other', ${stranger.json(JSON.parse(JSON.stringify([more, target])))})`;
  await expect(register).rejects.toMatchObject({
    code: "QD124",
    message: expect.stringMatching(new RegExp(`^target '${target.target}' belongs to (?!${name})`)),
  });
  expect(await known(target.target)).toMatchObject({ agents: ["host"] });
  expect(await known(more.target)).toBeUndefined();
});

test("a target whose agents were not there for an hour goes to the next one that registers it and may change it", async () => {
  const target = newTarget();
  await queue.environments.set("elsewhere", {});
  const [tied, free] = [await newLogin(), await newLogin("deploy_queue_agent")];
  await queue.roles.grant(tied.name, "agent", ["elsewhere"]);
  await queue.work.register("before", [target]);
  const register = ({ sql: as }: typeof tied, more: object = {}) =>
    as`select deploy_queue.register_targets('after', ${as.json(JSON.parse(JSON.stringify([{ ...target, ...more }])))})`;

  await database.advance("59 minutes");
  await expect(register(free)).rejects.toMatchObject({ code: "QD124" });
  await database.advance("2 minutes");
  await expect(register(tied, { environment: "elsewhere" })).rejects.toMatchObject({ code: "QD020" });
  await register(free);
  expect(await known(target.target)).toMatchObject({ owner: free.name, agents: ["after"] });
  await expect(queue.work.register("before", [target])).rejects.toMatchObject({ code: "QD124" });
});

test("two agents of different principals may have the same name", async () => {
  const target = newTarget();
  await queue.work.register("twin", [target]);
  const { sql: other } = await newLogin("deploy_queue_agent");
  const [row] = await other<{ number: number }[]>`select deploy_queue.register_targets('twin', '[]') as number`;
  expect(row?.number).not.toBe(await queue.work.register("twin", [target]));
  expect(await known(target.target)).toMatchObject({ agents: ["twin"] });
  await queue.work.submit({ target: target.target, commands });
  expect(await other`select target from deploy_queue.take_work('twin', 'k')`).toEqual([{ target: null }]);
  expect((await queue.work.take("twin", "k")).work?.target).toBe(target.target);
});

test.each([
  [{ environment: "nowhere" }, "QD002"],
  [{ target: "with blanks" }, "QD041"],
  [{ target: "" }, "23514"],
  [{ target: "x".repeat(101) }, "23514"],
  [{ directories: ["var/www"] }, "QD122"],
  [{ directories: ["/var/../etc"] }, "QD122"],
  [{ directories: ["/var/www\n"] }, "QD122"],
])("a target with %j is refused", async (flaw, code) => {
  await expect(queue.work.register("host", [newTarget(flaw)])).rejects.toMatchObject({ code });
});

test("an agent that may change some environments only serves no other one", async () => {
  await queue.environments.set("guarded", {});
  const login = await newLogin();
  await queue.roles.grant(login.name, "agent", ["dev"]);
  const register = (environment: string, target = newTarget().target) =>
    login.sql`select deploy_queue.register_targets('tied', ${login.sql.json(JSON.parse(JSON.stringify([newTarget({ environment, target })])))})`;
  await register("dev");
  await expect(register("guarded", "shop")).rejects.toMatchObject({
    ...{ code: "QD020", message: `target shop: role ${login.name} may not change environment guarded` },
    hint: expect.stringContaining("grant_role"),
  });
});

test("an agent that registers none of its targets at once does not keep others from registering", async () => {
  const targets = [newTarget(), newTarget()];
  await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      database.openQueue().work.register(`host-${index}`, index % 2 === 0 ? targets : targets.toReversed()),
    ),
  );
  expect((await known(targets[0]?.target ?? ""))?.agents).toHaveLength(8);
  await queue.work.submit({ target: targets[0]?.target, commands });
  expect(await sql`select target from deploy_queue.work where target = ${targets[0]?.target ?? ""}`).toHaveLength(1);
});

test.each([
  ["targets", "QD073", `'"x"', 'i'`],
  ["targets", "QD073", `'[1]', 'i'`],
  ["instance", "23514", `'[]', repeat('x', 101)`],
])("%s of another kind or size is refused", async (_, code, given) => {
  await expect(sql.unsafe(`select deploy_queue.register_targets('odd', ${given})`)).rejects.toMatchObject({ code });
});
