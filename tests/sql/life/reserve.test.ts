import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newOrderedLine } from "../../support/orderedLine.js";

const database = useDatabase();
const { sql } = database;

test("a reserved place keeps those behind it waiting, and says until when", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a", { valid_for: "2 hours", sequence: 812 });
  await line.enter("b", { component: "web" });
  expect(await line.state("a")).toBe("reserved");
  const [reason] = await sql<{ text: string; until: Date }[]>`
    select text, until from deploy_queue.waiting_on(${line.id("b")})`;
  expect(reason?.text).toMatch(/^deployment \d+ \(api run 812\) is ahead in the line: its place is reserved until 20/);
  expect(reason?.until.getTime()).toBeGreaterThan(Date.now() + 7_000_000);
  expect(await line.start("a")).toBe("reservation");
});

test("a reservation is neither staged nor released: it waits for its build", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  const id = await line.enter("a", { valid_for: "2 hours" });
  const staged = await database.queue.holds.staged({ environment: line.environment });
  expect(staged).toEqual([]);
  expect(await database.queue.holds.release(id, { heartbeat: false, key: "" })).toMatchObject({ released: false });
  expect(await line.state("a")).toBe("reserved");
});

test("a reservation that is over lets the line move on without a worker, and is cancelled by the next start", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a", { valid_for: "5 minutes" });
  await line.enter("b", { component: "web" });
  await database.advance("6 minutes");
  expect(await line.start("b")).toBe("started");
  expect(await line.state("a")).toMatch(/^cancelled: reaped: .*its reservation was not redeemed until 20/);
});

test("a reservation that is over is reaped, and nothing in the history contradicts the rules", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a", { valid_for: "5 minutes" });
  await line.enter("b", { valid_for: "20 minutes" });
  await database.advance("6 minutes");
  await sql`select from deploy_queue.reap_stale_deployments()`;
  expect(await line.state("a")).toMatch(/^cancelled: reaped/);
  await sql`select from deploy_queue.redeem(${line.id("b")})`;
  await line.cancel("b");
  expect(await database.queue.history.verify()).toEqual([]);
});

test("a reservation lasts no longer than the policy allows", async () => {
  const line = newOrderedLine(database, { max_reservation: "10 minutes" });
  await line.ready;
  await line.enter("a", { valid_for: "2 hours" });
  const [row] = await sql<{ minutes: number }[]>`
    select round(extract(epoch from reserved_until - created_at) / 60)::integer as minutes
    from deploy_queue.deployments where id = ${line.id("a")}`;
  expect(row?.minutes).toBe(10);
});

test.for(["0 seconds", "-1 minute"])("a reservation for %s is refused", async (validFor) => {
  const line = newOrderedLine(database);
  await line.ready;
  await expect(line.enter("a", { valid_for: validFor })).rejects.toMatchObject({ code: "23514" });
});
