import postgres from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { startCountingProxy } from "../../../bench/countingProxy.js";
import { useDatabase } from "../../support/database.js";

const database = useDatabase();

async function throughProxy() {
  const proxy = await startCountingProxy(database.url);
  const connect = () => {
    const sql = postgres(proxy.url, { max: 1, fetch_types: false });
    onTestFinished(() => sql.end({ timeout: 1 }));
    return sql;
  };
  onTestFinished(() => proxy.close());
  return { proxy, connect };
}

test("every statement is counted once, of whatever kind and however it is sent", async () => {
  const { proxy, connect } = await throughProxy();
  const sql = connect();
  await sql`select 1`;
  proxy.restart();

  for (const number of [1, 2, 3]) await sql`select ${number}::integer`;
  await sql`listen heard`;
  await sql`select pg_notify('heard', '')`;
  await sql.unsafe("create temporary table kept (value integer)").simple();
  await sql.unsafe("update kept set value = 1", [], { prepare: false });

  expect(proxy.counts()).toMatchObject({ statements: 7, connections: 1 });
});

test("a statement is counted that comes in many pieces", async () => {
  const { proxy, connect } = await throughProxy();
  const sql = connect();
  await sql`select 1`;
  proxy.restart();
  const long = "x".repeat(1_000_000);

  await sql`select length(${long})`;
  await sql`select ${long}::text`;

  const { statements, bytesSent, bytesReceived } = proxy.counts();
  expect(statements).toBe(2);
  expect(bytesSent).toBeGreaterThan(2_000_000);
  expect(bytesSent).toBeLessThan(2_002_000);
  expect(bytesReceived).toBeGreaterThan(1_000_000);
  expect(bytesReceived).toBeLessThan(1_002_000);
});

test("connections are counted that were open at the same time", async () => {
  const { proxy, connect } = await throughProxy();
  const first = connect();
  await first`select 1`;
  await first.end();
  proxy.restart();

  for (const sql of [connect(), connect()]) await sql`select 1`;

  expect(proxy.counts().connections).toBe(2);
});
