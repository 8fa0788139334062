import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const notices: string[] = [];
const database = useDatabase();
const { queue } = database;
const sql = database.connect({ onNotice: ({ message }) => notices.push(String(message)) });

const events = async (id: number) =>
  (
    await sql<{ text: string }[]>`
      select concat_ws(' ', kind, concat_ws('→', from_state, to_state), reason) as text
      from deploy_queue.deployment_events where deployment_id = ${id} order by id`
  ).map(({ text }) => text);

/** A new environment that requires verification, of all components or of one. */
async function strict(name: string, component?: string): Promise<string> {
  await sql`insert into deploy_queue.environments (environment, require_verification) values (${name}, ${component === undefined})`;
  if (component !== undefined) {
    await sql`select from deploy_queue.set_component(${name}, ${component}, require_verification => true)`;
  }
  return name;
}

const seen = (id: number) =>
  sql.unsafe(`update deploy_queue.deployments set finish_timestamp = now(), verified_at = now() where id = ${id}`);

test("a deployment that is verified holds its cell, and those who wait are told since when", async () => {
  const line = newLine(database);
  const id = await line.add("running");
  const waiting = await line.add("queued");
  const { verifying_since: since } = await queue.beginVerification(id);
  expect((await queue.deployment(id)).status).toBe("verifying");
  const moment = `${since?.toISOString().slice(0, 19).replace("T", " ")}+00`;
  expect(await sql`select kind, text from deploy_queue.waiting_on(${waiting})`).toEqual([
    { kind: "verifying", text: `deployment ${id} (api) is being verified since ${moment}` },
  ]);
  const [blocker] = (await queue.line.forecast(waiting))?.blockers ?? [];
  expect(blocker).toMatchObject({ kind: "verifying" });
  expect(blocker !== undefined && "since" in blocker && new Date(blocker.since)).toEqual(since);
  expect(await queue.boards.running("dev")).toMatchObject([{ status: "verifying", verifying_since: since }]);
  expect((await queue.tryStart(waiting)).started).toBe(false);

  expect(await queue.finish(id, { verified: true })).toMatchObject({ verified_at: expect.any(Date) });
  expect((await queue.tryStart(waiting)).started).toBe(true);
  expect(await events(id)).toEqual([
    "enqueued queued",
    "started queued→running",
    "verifying running→verifying",
    "finished verifying→finished verified",
  ]);
});

test("one that runs without a keeper for too long tells so while it is verified as well", async () => {
  const line = newLine(database);
  const id = await line.add("running");
  const waiting = await line.add("queued");
  await queue.beginVerification(id);
  await database.advance("2 hours");
  const [reason] = await queue.line.explain(waiting);
  expect(reason?.text).toContain(", and runs since");
  expect(reason?.cures).toHaveLength(2);
});

test("what is verified is stopped, fails and is reaped like what runs", async () => {
  const line = () => newLine(database).add("running", { heartbeat: true, keeper: "one" });
  const [stopped, failed, reaped] = [await line(), await line(), await line()];
  for (const id of [stopped, failed, reaped]) await queue.beginVerification(id, "one");
  expect(await queue.cancel(stopped, "enough")).toMatchObject({ stop_timestamp: expect.any(Date) });
  expect((await queue.deployment(stopped)).status).toBe("stopping");
  await queue.confirmStop(stopped, "one");
  await queue.fail(failed, "the check failed", "one");
  await database.advance("20 minutes");
  await queue.upkeep.reapStaleDeployments();
  const last = async (id: number) => (await events(id)).at(-1);
  expect(await last(stopped)).toBe("cancelled stopping→cancelled enough");
  expect(await last(failed)).toBe("failed verifying→failed the check failed");
  expect(await last(reaped)).toMatch(/^reaped verifying→cancelled reaped by/);
});

test("beginning twice is fine, changes nothing and says so", async () => {
  const id = await newLine(database).add("running");
  const first = await queue.beginVerification(id);
  const [second] = await sql`select * from deploy_queue.begin_verification(${id})`;
  expect(second).toEqual(first);
  expect(notices).toContain(`deployment ${id} (api) is already being verified`);
});

test.for([
  ["queued", "QD004", "is queued; it cannot be verified before it started"],
  ["finished", "QD006", "finished at"],
  ["cancelled", "QD005", "was cancelled at"],
] as const)("a %s deployment is not verified: %s", async ([state, code, text]) => {
  const id = await newLine(database).add(state);
  const refused = { code, message: expect.stringContaining(`deployment ${id} (api) ${text}`) };
  await expect(sql`select deploy_queue.begin_verification(${id})`).rejects.toMatchObject(refused);
  const update = sql`update deploy_queue.deployments set verifying_since = now() where id = ${id}`;
  await expect(update).rejects.toMatchObject(refused);
});

test("what is to stop is not verified, another keeper does not begin, and nothing is taken back", async () => {
  const id = await newLine(database).add("running", { heartbeat: true, keeper: "one" });
  const begin = (keeper: string) => sql`select deploy_queue.begin_verification(${id}, ${keeper})`;
  await expect(begin("other")).rejects.toMatchObject({ code: "QD034" });
  await queue.cancel(id);
  await expect(begin("one")).rejects.toMatchObject({ code: "QD059" });

  const begun = await newLine(database).add("running");
  await queue.beginVerification(begun);
  for (const value of ["null", "now() - interval '1 day'"]) {
    const taken = sql.unsafe(`update deploy_queue.deployments set verifying_since = ${value} where id = ${begun}`);
    await expect(taken).rejects.toMatchObject({ code: "QD007" });
  }
  const alone = sql`update deploy_queue.deployments set verified_at = now() where id = ${begun}`;
  await expect(alone).rejects.toMatchObject({ constraint_name: "verified_at_requires_finish_timestamp" });
  const queued = await newLine(database).add("queued");
  const early = sql`update deploy_queue.deployments set verifying_since = now(), start_timestamp = now() where id = ${queued}`;
  await expect(early).rejects.toMatchObject({ code: "QD004" });
});

test("the moments are those of the database", async () => {
  const id = await newLine(database).add("running");
  await sql`update deploy_queue.deployments set verifying_since = 'infinity' where id = ${id}`;
  await sql`update deploy_queue.deployments set finish_timestamp = now(), verified_at = '2001-01-01' where id = ${id}`;
  const { verifying_since, finish_timestamp, verified_at } = await queue.deployment(id);
  expect(verified_at).toEqual(finish_timestamp);
  expect(Number(verifying_since)).toBeLessThanOrEqual(Number(finish_timestamp));
});

describe("where verification is required", () => {
  test("nothing finishes without it, by whatever statement", async () => {
    const line = newLine(database, await strict("strict"));
    const id = await line.add("running");
    const refused = {
      code: "QD058",
      message: `deployment ${id} (api) cannot finish before it is verified`,
      hint: `See that what it deployed works, then call deploy_queue.finish(${id}, verified => true).`,
    };
    await expect(sql`select deploy_queue.finish(${id})`).rejects.toMatchObject(refused);
    const update = sql`update deploy_queue.deployments set finish_timestamp = now() where id = ${id}`;
    await expect(update).rejects.toMatchObject(refused);
    expect((await queue.deployment(id)).status).toBe("running");
    await queue.finish(id, { verified: true });
    await seen(await line.add("running"));
  });

  test("of one component, the others finish as before", async () => {
    const line = newLine(database, await strict("strict-api", "api"));
    await line.add("finished", { component: "web" });
    const id = await line.add("running");
    await expect(queue.finish(id)).rejects.toThrow("cannot finish before it is verified");
    await queue.fail(id);
  });

  test("what was started past the rules, and what runs in the hold of another one, finish without it", async () => {
    const line = newLine(database, await strict("strict-past"));
    const holder = await line.add("running", { heartbeat: true });
    const part = await line.add("running", { parentId: holder, joinParent: true });
    await queue.finish(part);
    await expect(queue.finish(holder)).rejects.toThrow("cannot finish before it is verified");
    const forced = await line.add("queued");
    await sql.unsafe(`begin; set local deploy_queue.bypass_reason = 'sev 1';
      select from deploy_queue.try_start(${forced}); commit`);
    await queue.finish(forced);
  });

  test("a policy that is set while a deployment runs holds for its finish", async () => {
    await sql`insert into deploy_queue.environments (environment) values ('later')`;
    const id = await newLine(database, "later").add("running");
    await sql`select from deploy_queue.set_environment('later', require_verification => true)`;
    await expect(queue.finish(id)).rejects.toThrow("cannot finish before it is verified");
    await sql`select from deploy_queue.set_environment('later', require_verification => false)`;
    await queue.finish(id);
  });

  test("what has happened before is recorded without it", async () => {
    const environment = await strict("strict-history");
    await sql`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, start_timestamp, finish_timestamp)
      values (${environment}, 'aws', 'history', 1, 'api', now() - interval '2 hours', now() - interval '1 hour')`;
  });
});
