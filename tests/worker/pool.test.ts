import { expect, test } from "vitest";
import { ForgivingPool } from "../../src/worker/pool.js";
import { useDatabase } from "../support/database.js";

const { url } = useDatabase();

test("a connection that is given back twice is given back once", async () => {
  const pool = new ForgivingPool({ connectionString: url, max: 1 });
  await new Promise<void>((resolve, reject) => {
    pool.connect((error, _, release) => {
      release();
      release();
      error === undefined ? resolve() : reject(error);
    });
  });

  expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
  expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await pool.end();
});

const exhausted = {
  "has ended": async (pool: ForgivingPool) => {
    await pool.end();
    return () => undefined;
  },
  "is all in use": async (pool: ForgivingPool) => {
    const client = await pool.connect();
    // From now on, since the first connection may take its time.
    pool.options.connectionTimeoutMillis = 100;
    return () => {
      client.release();
      return pool.end();
    };
  },
};

test.each([
  ["has ended", /after calling end/],
  ["is all in use", /timeout exceeded/],
] as const)("a connection that a pool had not to give, since it %s, may be given back", async (how, reason) => {
  const pool = new ForgivingPool({ connectionString: url, max: 1 });
  const end = await exhausted[how](pool);

  const message = await new Promise((resolve) => {
    pool.connect((error, _client, release) => {
      release();
      resolve(error?.message);
    });
  });

  expect(message).toMatch(reason);
  await end();
});
