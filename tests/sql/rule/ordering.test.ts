import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newOrderedLine, type Terms } from "../../support/orderedLine.js";

const database = useDatabase();
const { sql } = database;

describe("latest", () => {
  test("only the newest waiting deployment of a component stays", async () => {
    const line = newOrderedLine(database, { ordering: "latest" });
    await line.ready;
    await line.enter("running", { sequence: 1 });
    await line.start("running");
    await line.enter("a", { sequence: 2, version: "v2" });
    await line.enter("web", { component: "web" });
    await line.enter("b", { sequence: 3, version: "v3" });
    expect(await line.state("a")).toBe(`cancelled: superseded: superseded by deployment ${line.id("b")} (api@v3)`);
    expect(await line.state("running")).toBe("running");
    expect(await line.order()).toBe("web b");
  });

  test("an older one that enters later is superseded at once", async () => {
    const line = newOrderedLine(database, { ordering: "latest" });
    await line.ready;
    await line.enter("b", { sequence: 3 });
    await line.enter("a", { sequence: 2 });
    expect(await line.state("a")).toMatch(/^cancelled: superseded/);
    expect(await line.order()).toBe("b");
  });

  test("without sequences the one that entered last is the newest", async () => {
    const line = newOrderedLine(database, { ordering: "latest" });
    await line.ready;
    await line.enter("a");
    await line.enter("b");
    expect(await line.state("a")).toMatch(/^cancelled: superseded/);
    expect(await line.state("b")).toBe("queued");
  });

  test("a row that a client has locked keeps nobody waiting, and its next look cancels it", async () => {
    const line = newOrderedLine(database, { ordering: "latest" });
    await line.ready;
    await line.enter("a", { sequence: 2 });
    const other = database.connect();
    await other`begin`;
    await other`select from deploy_queue.deployments where id = ${line.id("a")} for update`;
    await line.enter("b", { sequence: 3 });
    expect(await line.state("a")).toBe("queued");
    expect(await line.start("b")).toBe("started");
    await other`rollback`;
    await line.start("a");
    expect(await line.state("a")).toMatch(/^cancelled: superseded/);
  });

  test("one that asks to start at once starts past what it supersedes", async () => {
    const line = newOrderedLine(database, { ordering: "latest" });
    await line.ready;
    await line.enter("a", { sequence: 2, valid_for: "1 hour" });
    await line.enter("b", { sequence: 3, start: true });
    expect(await line.state("b")).toBe("running");
    expect(await line.state("a")).toMatch(/^cancelled: superseded/);
    await line.finish("b");
    await line.enter("c", { component: "web", valid_for: "1 hour" });
    await line.enter("d", { start: true });
    expect(await line.state("d")).toBe("queued");
  });

  test("one that is superseded as it enters does not start, though it asks to start at once", async () => {
    const line = newOrderedLine(database, { ordering: "latest" });
    await line.ready;
    await line.enter("b", { sequence: 3, valid_for: "1 hour" });
    await line.enter("a", { sequence: 2, start: true });
    expect(await line.state("a")).toMatch(/^cancelled: superseded/);
    expect(await line.state("b")).toBe("reserved");
  });

  test("a preflight waits for nothing that it would supersede", async () => {
    const line = newOrderedLine(database, { ordering: "latest" });
    await line.ready;
    await line.enter("a", { sequence: 2, valid_for: "1 hour" });
    expect(await line.preflight({ sequence: 3 })).toEqual({ position: 1, blockers: "" });
    expect(await line.preflight({ sequence: 1 })).toEqual({ position: 1, blockers: "superseded" });
    expect(await line.preflight({ component: "web" })).toEqual({ position: 2, blockers: "queued" });
  });

  test("a component may have another ordering than its environment", async () => {
    const line = newOrderedLine(database, { ordering: "latest" });
    await line.ready;
    await sql`select from deploy_queue.set_component(${line.environment}, 'api', ordering => 'sequential')`;
    await line.enter("a");
    await line.enter("b");
    expect(await line.order()).toBe("a b");
  });
});

describe("latest-ready", () => {
  test("the newest that is redeemed goes first, and those before it are superseded when it starts", async () => {
    const line = newOrderedLine(database, { ordering: "latest-ready" });
    await line.ready;
    await line.enter("a", { sequence: 1, valid_for: "1 hour" });
    await line.enter("b", { sequence: 2, valid_for: "1 hour" });
    await line.enter("c", { sequence: 3, valid_for: "1 hour" });
    expect(await line.order()).toBe("c b a");
    await sql`select from deploy_queue.redeem(${line.id("a")}, version => 'v1')`;
    await sql`select from deploy_queue.redeem(${line.id("b")}, version => 'v2')`;
    expect(await line.order()).toBe("b a c");
    expect(await line.start("a")).toBe("queued b");
    expect(await line.start("b")).toBe("started");
    expect(await line.state("a")).toMatch(
      /^cancelled: superseded: superseded: deployment \d+ \(api run 2\) has started$/,
    );
    expect(await line.state("c")).toBe("reserved");
  });

  test.for<[string, Terms, Terms]>([
    ["of another scope", { sequence: 1, sequence_scope: "builds" }, { sequence: 9, sequence_scope: "deploys" }],
    ["of a higher priority", { sequence: 9, priority: 5 }, { sequence: 1 }],
    ["before a rollback without a sequence", { sequence: 9 }, { rollback_of: "bad" }],
  ])("a reservation %s does not keep what is redeemed waiting", async ([, reserved, redeemed]) => {
    const line = newOrderedLine(database, { ordering: "latest-ready" });
    await line.ready;
    await line.enter("bad", { sequence: 1, sequence_scope: "gone" });
    await line.start("bad");
    await line.enter("kept", { ...reserved, valid_for: "1 hour" });
    const terms = redeemed["rollback_of"] === undefined ? redeemed : { rollback_of: line.id("bad") };
    await line.enter("ready", terms);
    await line.enter("web", { component: "web", sequence: 1 });
    expect(await line.start("ready")).toBe("running bad");
    expect(await line.start("web")).toBe("running bad, queued kept, queued ready");
    const forecasts = sql<{ id: number; blockers: number }[]>`
      select deployment_id as id, blocker_count as blockers from deploy_queue.queue where environment = ${line.environment}`;
    expect(new Map((await forecasts).map(({ id, blockers }) => [id, blockers]))).toEqual(
      new Map([
        // It waits for its redemption as well.
        [line.id("kept"), 2],
        [line.id("ready"), 1],
        [line.id("web"), 3],
      ]),
    );
    const ear = await listen(database, [line.id("kept"), line.id("ready"), line.id("web")]);
    await line.finish("bad");
    expect(await ear.heard()).toContain(`${line.id("ready")}`);
    expect(await ear.heard()).not.toContain(`${line.id("web")}`);
    const [next] = await sql<{ predicted: boolean }[]>`
      select predicted_start <= clock_timestamp() as predicted from deploy_queue.queue where deployment_id = ${line.id("ready")}`;
    expect(next).toEqual({ predicted: true });
    expect(await line.start("ready")).toBe("started");
    expect(await line.state("kept")).toBe("reserved");
    expect(await sql`select * from deploy_queue.verify_history()`).toEqual([]);
  });

  test.for(["enqueue", "reserve", "preflight", "insert"])(
    "%s refuses a deployment without a sequence",
    async (door) => {
      const line = newOrderedLine(database, { ordering: "latest-ready" });
      await line.ready;
      const entry = {
        enqueue: () => line.enter("a", { version: "v1" }),
        reserve: () => line.enter("a", { version: "v1", valid_for: "1 hour" }),
        preflight: () => line.preflight({ version: "v1" }),
        insert: () => sql`
        insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, version)
        values (${line.environment}, 'aws', 'here', 1, 'api', 'v1')`,
      }[door];
      await expect(entry?.()).rejects.toMatchObject({
        code: "QD053",
        message: `api@v1 has no sequence, and ${line.environment} orders deployments of api by it (latest-ready)`,
        hint: expect.stringContaining("sequence => "),
      });
      expect(await line.order()).toBe("");
    },
  );

  test("what goes back needs no sequence, nor does what has ended or was there before", async () => {
    const line = newOrderedLine(database);
    await line.ready;
    await line.enter("bad", { sequence: 1 });
    await line.start("bad");
    await line.finish("bad");
    await line.enter("waits");
    await sql`select from deploy_queue.set_environment(${line.environment}, ordering => 'latest-ready')`;
    await line.enter("back", { rollback_of: line.id("bad") });
    await sql`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, start_timestamp, finish_timestamp)
      values (${line.environment}, 'aws', 'here', 1, 'api', now() - interval '2 minutes', now() - interval '1 minute')`;
    expect(await line.order()).toBe("waits back");
  });
});

describe("no step back", () => {
  test("an outdated one is refused at entry, and cancelled when it waits", async () => {
    const line = newOrderedLine(database, { refuse_outdated: true });
    await line.ready;
    await line.enter("high", { sequence: 15, priority: 1 });
    await line.enter("waits", { sequence: 12 });
    expect(await line.start("high")).toBe("started");
    expect(await line.state("waits")).toBe(
      `cancelled: outdated: outdated: deployment ${line.id("high")} (api run 15) has started`,
    );
    await expect(line.enter("late", { sequence: 14 })).rejects.toMatchObject({
      code: "QD050",
      message: `api run 14 is outdated: run 15 of api has started, as deployment ${line.id("high")}`,
    });
    expect(await line.enter("again", { sequence: 15 })).toBeGreaterThan(0);
    expect(await line.enter("other", { sequence: 1, sequence_scope: "another workflow" })).toBeGreaterThan(0);
  });

  test("a rollback passes, is recorded, does not sit out the buffer of what it undoes, and resets the mark", async () => {
    const line = newOrderedLine(database, { refuse_outdated: true, buffer_time: "10 minutes" });
    await line.ready;
    await line.enter("bad", { sequence: 15 });
    await line.start("bad");
    await line.finish("bad");
    await line.enter("back", { sequence: 12, rollback_of: line.id("bad") });
    expect(await line.start("back")).toBe("started");
    await line.finish("back");
    expect(await line.enter("next", { sequence: 13 })).toBeGreaterThan(0);
    expect(await line.start("next")).toBe("buffer bad, buffer back");
    const events = await sql`
      select reason from deploy_queue.deployment_events where deployment_id = ${line.id("back")} and kind = 'enqueued'`;
    expect(events).toEqual([{ reason: `it rolls back deployment ${line.id("bad")}` }]);
  });

  test("a rollback without a sequence resets the mark of what it undoes", async () => {
    const line = newOrderedLine(database, { refuse_outdated: true });
    await line.ready;
    await line.enter("bad", { sequence: 15 });
    await line.start("bad");
    await line.finish("bad");
    await line.enter("back", { rollback_of: line.id("bad") });
    expect(await line.start("back")).toBe("started");
    expect(await line.enter("next", { sequence: 13 })).toBeGreaterThan(0);
  });

  test.for(["of another component", "of another cell", "that has not started"])(
    "a rollback of one %s is refused",
    async (which) => {
      const line = newOrderedLine(database);
      await line.ready;
      await line.enter("other", {
        component: which === "of another component" ? "web" : "api",
        cell_index: which === "of another cell" ? 2 : 1,
      });
      if (which !== "that has not started") await line.start("other");
      await expect(line.enter("back", { rollback_of: line.id("other") })).rejects.toMatchObject({ code: "QD051" });
    },
  );
});
