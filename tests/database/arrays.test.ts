import { expect, test } from "vitest";
import { useDatabase } from "../support/database.js";

const { queue } = useDatabase();

test.for([
  [[]],
  [["./deploy.sh", "v1.2.3"]],
  [["a b", "a,b", "{}", '"quoted"', "back\\slash", "", "null", "line\nbreak", "ä 🚀"]],
])("%j reaches the database and comes back", async ([words = []]) => {
  const [row] = await queue.database.query<{ words: string[]; count: number }>(
    (sql) => sql`select ${[...words]}::text[] as words, cardinality(${[...words]}::text[]) as count`,
  );
  expect(row).toEqual({ words, count: words.length });
});
