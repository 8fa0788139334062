import postgres from "postgres";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { boardReads } from "../../../bench/boardReads.js";
import { affords, serverFacts, withDatabase, withSchema } from "../../../bench/server.js";

const server = inject("serverUrl");

async function databases(): Promise<string[]> {
  const sql = postgres(server, { max: 1 });
  const rows = await sql<{ datname: string }[]>`select datname from pg_database`;
  await sql.end();
  return rows.map(({ datname }) => datname);
}

test("a database is dropped again after a benchmark that failed", async () => {
  const name = `failing_${process.pid}`;
  let during: string[] = [];
  const failing = withDatabase(server, name, async () => {
    during = await databases();
    throw new Error("no figures");
  });

  await expect(failing).rejects.toThrow("no figures");
  const mine = expect.stringContaining(name);
  expect(during).toContainEqual(mine);
  expect(await databases()).not.toContainEqual(mine);
});

test("what needs more connections than the server has is said to be left out, and why", async () => {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  onTestFinished(() => write.mockRestore());

  const answers = await withDatabase(server, `affords_${process.pid}`, (url) =>
    withSchema(url, async (bench) => [await affords(bench, "little", 1), await affords(bench, "much", 100_000)]),
  );

  expect(answers).toEqual([true, false]);
  expect(write.mock.calls).toEqual([
    [
      expect.stringMatching(
        /^left out: much needs 100000 connections, the server has \d+ to give \(max_connections = \d+\)\n$/,
      ),
    ],
  ]);
});

test("a server that may lose what was committed is said to be without durability", async () => {
  const url = new URL(server);
  url.searchParams.set("options", "-c synchronous_commit=off");

  expect((await serverFacts(url.href))["durability"]).toMatch(/^off \(.*synchronous_commit\)$/);
});

test("what boards read can be read", async () => {
  const reads = boardReads("deployments_with_status", "cells", "workers");

  expect(reads.length).toBeGreaterThan(5);
  await withDatabase(server, `boards_${process.pid}`, (url) =>
    withSchema(url, async ({ sql }) => {
      for (const { what, sql: query } of reads) {
        await expect(sql.unsafe(query), what).resolves.toBeDefined();
      }
    }),
  );
});
