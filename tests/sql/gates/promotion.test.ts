import { describe, expect, test } from "vitest";
import { type EnqueueArguments, useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { openSession } from "../../support/session.js";
import { reaction, send } from "../../support/twoSessions.js";

const database = useDatabase();
const { sql, queue } = database;

let pairs = 0;

/** Two environments, of which one promotes from the other; given: more policies of that one, as SQL. */
async function newPair(given = ""): Promise<{ readonly staging: string; readonly prod: string }> {
  const staging = `staging-${pairs}`;
  const prod = `prod-${pairs++}`;
  await sql`select deploy_queue.set_environment(${staging})`;
  await sql.unsafe(`select deploy_queue.set_environment('${prod}', promote_from => '${staging}'${given})`);
  return { staging, prod };
}

const enqueue = (environment: string, more: Partial<EnqueueArguments> = {}) =>
  database.enqueue({ environment, version: "v3", ...more });

async function finish(environment: string, more: Partial<EnqueueArguments> = {}): Promise<number> {
  const { id } = await enqueue(environment, more);
  await queue.tryStart(id);
  await queue.finish(id);
  return id;
}

const gateOf = (id: number) => sql`select kind, text, until, cures from deploy_queue.waiting_on(${id})`;

describe("a version starts only when", () => {
  test("it has finished in the environment that is promoted from", async () => {
    const { staging, prod } = await newPair();
    const { id } = await enqueue(prod);
    expect(await queue.tryStart(id)).toMatchObject({
      started: false,
      waitingOn: [{ kind: "promotion", text: `v3 has not finished in ${staging}`, until: null }],
    });
    expect(await gateOf(id)).toMatchObject([
      { cures: [{ function: "enqueue", arguments: { environment: staging, component: "api", version: "v3" } }] },
    ]);
    await finish(staging, { component: "web" });
    await finish(staging, { version: "v2" });
    expect(await queue.tryStart(id)).toMatchObject({ started: false });
    await finish(staging);
    expect(await queue.tryStart(id)).toMatchObject({ started: true });
  });

  test("that is long enough ago, which its waiter is told", async () => {
    const { staging, prod } = await newPair(", soak => '20 seconds'");
    await finish(staging);
    const { id } = await enqueue(prod);
    const attempt = await queue.tryStart(id);
    expect(attempt.waitingOn).toMatchObject([
      { text: expect.stringMatching(new RegExp(`^v3 finished in ${staging} at .+; it soaks for 00:00:20$`)) },
    ]);
    expect(attempt.lookAgainIn).toBeGreaterThan(0);
    expect(attempt.lookAgainIn).toBeLessThanOrEqual(20);
    await database.advance("20 seconds");
    expect(await queue.tryStart(id)).toMatchObject({ started: true });
  });

  test("it has finished in the same region, where that is asked for", async () => {
    const { staging, prod } = await newPair(", promotion_cells => 'same-region'");
    await finish(staging, { region: "eu" });
    const { id } = await enqueue(prod, { region: "us" });
    expect(await gateOf(id)).toMatchObject([{ text: `v3 has not finished in ${staging} in aws-us` }]);
    expect(await queue.tryStart((await enqueue(prod, { region: "eu" })).id)).toMatchObject({ started: true });
    await finish(staging, { region: "us", cellIndex: 2 });
    expect(await queue.tryStart(id)).toMatchObject({ started: true });
  });

  test("it has finished in all cells, where that is asked for; retired ones do not count", async () => {
    const { staging, prod } = await newPair(", promotion_cells => 'all'");
    await sql`select deploy_queue.add_cell(${staging}, 'aws', region, 0) from unnest('{eu,us,asia}'::text[]) as region`;
    await finish(staging, { region: "eu" });
    const { id } = await enqueue(prod);
    expect(await gateOf(id)).toMatchObject([{ text: `v3 has not finished in ${staging}: 2 of its 3 cells lack it` }]);
    await finish(staging, { region: "us" });
    expect(await queue.tryStart(id)).toMatchObject({ started: false });
    await sql`select deploy_queue.retire_cell(${staging}, 'aws', 'asia', 0)`;
    expect(await queue.tryStart(id)).toMatchObject({ started: true });
  });

  test("the same artifact has finished, where that is asked for", async () => {
    const { staging, prod } = await newPair(", same_artifact => true");
    await finish(staging, { artifact: "sha256:aa" });
    const other = await enqueue(prod, { artifact: "sha256:bb" });
    expect(await gateOf(other.id)).toMatchObject([
      { text: `v3 (sha256:bb) has not finished in ${staging}; another artifact finished there: sha256:aa` },
    ]);
    const same = await enqueue(prod, { artifact: "sha256:aa" });
    expect(await queue.tryStart(same.id)).toMatchObject({ started: true });
  });
});

test("a deployment that runs, failed or was cancelled there is no proof", async () => {
  const { staging, prod } = await newPair();
  const failed = await newLine(database, staging).add("running", { version: "v3" });
  await queue.fail(failed);
  await newLine(database, staging).add("cancelled", { version: "v3" });
  await newLine(database, staging).add("running", { version: "v3" });
  expect(await queue.tryStart((await enqueue(prod)).id)).toMatchObject({ started: false });
});

test("what finished before the policy was set counts", async () => {
  const { staging } = await newPair();
  await finish(staging);
  await sql`select deploy_queue.set_environment('prod-of-old')`;
  const { id } = await enqueue("prod-of-old", { version: "v4" });
  await sql`select deploy_queue.set_environment('prod-of-old', promote_from => ${staging})`;
  expect(await queue.tryStart(id)).toMatchObject({ started: false });
  await queue.cancel(id);
  expect(await queue.tryStart((await enqueue("prod-of-old")).id)).toMatchObject({ started: true });
});

test("pruning keeps when a version first finished, of each artifact", async () => {
  const { staging, prod } = await newPair(", soak => '1 hour', same_artifact => true");
  const region = "pruned";
  await sql`select deploy_queue.set_environment(${staging}, retention => '1 day')`;
  await finish(staging, { region, artifact: "a" });
  await database.advance("2 days");
  await finish(staging, { region, artifact: "a" });
  await finish(staging, { region, artifact: "b" });
  await database.advance("2 days");
  await finish(staging, { region, artifact: "c" });
  expect(await sql`select deploy_queue.prune_history() as pruned`).toEqual([{ pruned: 3 }]);
  const kept = await sql`
    select artifact, extract(day from deploy_queue._now() - finished_at)::integer as days
    from deploy_queue.finished_versions join deploy_queue.cells on cells.id = cell_id
    where environment = ${staging} order by artifact`;
  expect(kept).toEqual([
    { artifact: "a", days: 4 },
    { artifact: "b", days: 2 },
  ]);
  expect(await queue.tryStart((await enqueue(prod, { artifact: "a" })).id)).toMatchObject({ started: true });
});

test("a rollback needs no promotion, unless the policy says so", async () => {
  const { staging, prod } = await newPair();
  await finish(staging);
  const region = "rolled-back";
  const running = await finish(prod, { region });
  await sql`select deploy_queue.set_environment(${prod}, promote_from => '')`;
  await finish(prod, { version: "v2" });
  await sql`select deploy_queue.set_environment(${prod}, promote_from => ${staging})`;
  const back = await enqueue(prod, { region, version: "v2", rollbackOf: running });
  expect(await gateOf(back.id)).toEqual([]);
  await sql`select deploy_queue.set_environment(${prod}, gate_rollbacks => true)`;
  expect(await gateOf(back.id)).toMatchObject([{ text: `v2 has not finished in ${staging}` }]);
});

test("what says that it goes back to a version, or to an artifact, that was never there is refused", async () => {
  const { staging, prod } = await newPair();
  await finish(staging, { artifact: "a" });
  const region = "never-there";
  const running = await finish(prod, { region, artifact: "a" });
  const back = (what: Partial<EnqueueArguments>) => enqueue(prod, { region, rollbackOf: running, ...what });
  await expect(back({ version: "v4" })).rejects.toMatchObject({
    code: "QD061",
    message: expect.stringContaining(`is no rollback: v4 has not finished in ${prod}`),
  });
  await sql`select deploy_queue.set_environment(${prod}, promote_from => '', require_checks => '{e2e}')`;
  await expect(back({ version: "v4" })).rejects.toMatchObject({ code: "QD061" });
  await sql`select deploy_queue.set_environment(${prod}, promote_from => ${staging}, same_artifact => true)`;
  await expect(back({ artifact: "b" })).rejects.toMatchObject({ code: "QD061" });
  await back({ artifact: "a" });
});

test("a component may promote from another environment, or from none", async () => {
  const { prod } = await newPair();
  const { staging: other } = await newPair();
  await sql`select deploy_queue.set_component(${prod}, 'web', promote_from => ${other})`;
  await sql`select deploy_queue.set_component(${prod}, 'free', promote_from => '')`;
  const web = await enqueue(prod, { component: "web" });
  expect(await gateOf(web.id)).toMatchObject([{ text: `v3 has not finished in ${other}` }]);
  expect(await gateOf((await enqueue(prod, { component: "free" })).id)).toEqual([]);
});

describe("a finish wakes", () => {
  test("exactly those that it lets in, of 200 that wait", async () => {
    const { staging, prod } = await newPair();
    const lines = Array.from({ length: 20 }, (_, index) => `many-${index}`);
    const ids = new Map<string, number>();
    for (const [index, region] of lines.entries()) {
      for (let place = 0; place < 10; place++) {
        // Heads of every second line wait for v3; everywhere others wait for it, too, behind them.
        const version = place === 0 && index % 2 === 1 ? "v2" : "v3";
        const { id } = await enqueue(prod, { region, version });
        if (place === 0) ids.set(region, id);
      }
    }
    const [blocked = ""] = lines;
    await sql`select deploy_queue.freeze(${prod}, 'model', 'aws', ${blocked})`;
    const all = await sql<{ id: number }[]>`select id from deploy_queue.deployments where environment = ${prod}`;
    const ear = await listen(
      database,
      all.map(({ id }) => id),
    );
    const { id } = await enqueue(staging);
    await queue.tryStart(id);
    expect(await ear.woken()).toEqual([]);
    await queue.finish(id);
    const expected = lines.filter((_, index) => index % 2 === 0 && index > 0).map((region) => ids.get(region));
    expect(await ear.woken()).toEqual(expected);
    // A second one changes nothing.
    await finish(staging);
    expect(await ear.woken()).toEqual([]);
  });

  test("those that learn when their gate opens", async () => {
    const { staging, prod } = await newPair(", soak => '10 minutes'");
    const { id } = await enqueue(prod);
    const ear = await listen(database, [id]);
    await finish(staging);
    expect(await ear.woken()).toEqual([id]);
    await database.advance("5 minutes");
    await finish(staging);
    expect(await ear.woken()).toEqual([]);
  });

  test("so does a cell that is retired, the last one in which the version was missing", async () => {
    const { staging, prod } = await newPair(", promotion_cells => 'all'");
    await sql`select deploy_queue.add_cell(${staging}, 'aws', 'eu', index) from unnest('{0,1}'::integer[]) as index`;
    const { id } = await enqueue(prod);
    const ear = await listen(database, [id]);
    await finish(staging, { region: "eu" });
    expect(await ear.woken()).toEqual([]);
    await sql`select deploy_queue.retire_cell(${staging}, 'aws', 'eu', 1)`;
    expect(await ear.woken()).toEqual([id]);
  });
});

describe("promote_from is refused when", () => {
  test("there is no such environment", async () => {
    const { prod } = await newPair();
    const set = sql`select deploy_queue.set_environment(${prod}, promote_from => 'Staging')`;
    await expect(set).rejects.toMatchObject({ code: "QD002", message: expect.stringContaining("Staging") });
  });

  test("it is the environment itself, or closes a circle", async () => {
    const { staging, prod } = await newPair();
    const last = `last-${prod}`;
    await sql`select deploy_queue.set_environment(${last}, promote_from => ${prod})`;
    await expect(sql`select deploy_queue.set_environment(${prod}, promote_from => ${prod})`).rejects.toMatchObject({
      code: "QD060",
    });
    await expect(sql`select deploy_queue.set_environment(${staging}, promote_from => ${last})`).rejects.toMatchObject({
      code: "QD060",
      message: `promotions would go in a circle: ${staging} from ${last} from ${prod} from ${staging}`,
    });
  });

  test("it closes a circle for a component alone, also when what has broken the circle is taken back", async () => {
    const { staging, prod } = await newPair();
    const close = () => sql`select deploy_queue.set_component(${staging}, 'web', promote_from => ${prod})`;
    await expect(close()).rejects.toMatchObject({ code: "QD060" });
    await sql`select deploy_queue.set_component(${prod}, 'web', promote_from => '')`;
    await close();
    const reopen = sql`delete from deploy_queue.component_policies where environment = ${prod} and component = 'web'`;
    await expect(reopen).rejects.toMatchObject({ code: "QD060" });
  });

  test("two sessions would each make one half of a circle", async () => {
    const one = `half-${pairs++}`;
    const other = `half-${pairs++}`;
    await sql`select deploy_queue.set_environment(name) from unnest(${`{${one},${other}}`}::text::text[]) as name`;
    const [first, second] = [await openSession(database), await openSession(database)];
    const half = (environment: string, from: string) =>
      `select deploy_queue.set_environment('${environment}', promote_from => '${from}')`;
    await first.begin();
    await first.sql.unsafe(half(one, other));
    const sent = send(second, half(other, one));
    expect(await reaction(second, first, sent)).toBe("waits");
    await first.commit();
    expect(await sent.end).toBe("QD060");
  });
});

test("what waited for its promotion is idle only from then on", async () => {
  const { staging, prod } = await newPair();
  const { id } = await enqueue(prod);
  await database.advance("10 minutes");
  await finish(staging);
  const idle = () => sql`select deployment_id from deploy_queue.stuck_deployments where deployment_id = ${id}`;
  expect(await idle()).toEqual([]);
  await database.advance("2 minutes");
  expect(await idle()).toEqual([{ deployment_id: id }]);
});

test("an environment that another one promotes from is not removed", async () => {
  const { staging, prod } = await newPair();
  const remove = () => sql`select deploy_queue.remove_environment(${staging})`;
  await expect(remove()).rejects.toMatchObject({ code: "QD044" });
  await sql`select deploy_queue.set_environment(${prod}, promote_from => '')`;
  await remove();
});
