import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);

beforeAll(async () => {
  await queue.roles.create();
});

const orderOf = async (region: string) =>
  (
    await sql<{ deployment_id: number }[]>`
      select deployment_id from deploy_queue.queue where region = ${region} order by "position"`
  ).map(({ deployment_id }) => deployment_id);

describe("a bump", () => {
  test("lets one pass all other waiters, wakes it when it may start, and no other", async () => {
    const line = newLine(database);
    const [first, second, third] = [
      await line.add("queued"),
      await line.add("queued", { priority: 3 }),
      await line.add("queued"),
    ];
    const ear = await listen(database, [first, second, third]);
    const bumped = await queue.line.bump(third, "sev 1");

    expect(bumped.priority).toBe(4);
    expect(await orderOf(line.region)).toEqual([third, second, first]);
    expect(await ear.woken()).toEqual([third]);
    expect(
      await sql`
      select kind, from_state, to_state, reason from deploy_queue.deployment_events
      where deployment_id = ${third} and kind = 'prioritized'`,
    ).toEqual([
      { kind: "prioritized", from_state: "queued", to_state: "queued", reason: "priority 4, before 0: sev 1" },
    ]);
  });

  test("is told to the waiters that it overtakes, with who and why", async () => {
    const line = newLine(database);
    const [overtaken, bumped] = [await line.add("queued"), await line.add("queued")];
    await sql`set deploy_queue.actor = 'ann'`;
    await sql`select deploy_queue.bump(${bumped}, 'sev 2')`;
    await sql`select deploy_queue.bump(${bumped}, 'sev 1', 6)`;
    const own = await line.add("queued", { priority: 2 });

    const [{ actor } = {}] = await sql<{ actor: string }[]>`
      select actor from deploy_queue.deployment_events where deployment_id = ${bumped} and kind = 'prioritized' limit 1`;
    expect(await queue.line.forecast(overtaken)).toMatchObject({
      blockers: [
        { deployment_id: bumped, priority: 6, priority_reason: `${actor}: sev 1` },
        { deployment_id: own, priority: 2, priority_reason: null },
      ],
    });
  });

  test("of one that is alone or first already changes nothing", async () => {
    const line = newLine(database);
    const alone = await line.add("queued");
    expect((await queue.line.bump(alone, "hurry")).priority).toBe(0);
    const first = await newLine(database).add("queued", { priority: 7 });
    expect((await queue.line.bump(first, "hurry")).priority).toBe(7);
  });

  test("behind a runner wakes no waiter", async () => {
    const line = newLine(database);
    await line.add("running");
    const [first, second] = [await line.add("queued"), await line.add("queued")];
    const ear = await listen(database, [first, second]);
    await queue.line.bump(second, "sev 1");
    expect(await ear.woken()).toEqual([]);
  });

  test("down wakes the waiter that is first now", async () => {
    const line = newLine(database);
    const [first, second] = [await line.add("queued", { priority: 2 }), await line.add("queued", { priority: 1 })];
    const ear = await listen(database, [first, second]);
    await queue.line.bump(first, "not so urgent", 0);
    expect(await ear.woken()).toEqual([second]);
  });

  test("needs a reason (QD022), and a deployment that has not started or ended", async () => {
    const line = newLine(database);
    const bump = (id: number, reason = "why") => outcome(sql`select deploy_queue.bump(${id}, ${reason}, 3)`);
    expect(await bump(await newLine(database).add("queued"), " ")).toBe("QD022");
    expect(await bump(await line.add("finished"))).toBe("QD006");
    expect(await bump(await line.add("cancelled"))).toBe("QD005");
    const running = await line.add("running");
    expect(await bump(running)).toBe("QD007");
    await expect(queue.line.bump(running, "why")).rejects.toThrow(`deployment ${running} (api) is running already`);
    expect(await bump(0)).toBe("QD001");
  });

  test("is for operators; deployers may only be modest", async () => {
    const deployer = await newLogin("deploy_queue_deployer");
    const operator = await newLogin("deploy_queue_operator");
    const line = newLine(database);
    const enter = ({ sql: session }: typeof deployer, priority: number) => session`
      select deploy_queue.enqueue('dev', 'aws', ${line.region}, 0, 'api', priority => ${priority})`;
    expect(await outcome(enter(deployer, 1))).toBe("QD028");
    expect(await outcome(enter(deployer, -1))).toBe("ok");
    expect(await outcome(enter(operator, 1))).toBe("ok");
    const id = await line.add("queued");
    expect(await outcome(deployer.sql`select deploy_queue.bump(${id}, 'why')`)).toBe("42501");
    expect(await outcome(operator.sql`select deploy_queue.bump(${id}, 'why')`)).toBe("ok");
  });
});
