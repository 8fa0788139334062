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
