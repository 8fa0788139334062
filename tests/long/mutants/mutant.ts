import { expect, test } from "vitest";
import type { Act } from "../../model/acts.js";
import { findDifference } from "../../model/comparison.js";
import { RealQueue } from "../../model/realQueue.js";
import { useDatabase } from "../../support/database.js";

/**
 * What a slip of the hand would make of a function: what the model finds, it would find in a change as well. With a focus, the clients
 * do only that: what shows the fault is rare among all that they could do.
 */
export type Mutant = readonly [what: string, name: string, from: string, to: string, focus?: readonly Act["act"][]];

/** As many as tests/long/model.test.ts plays. */
const runs = 2_000;

/** A test of the test: a queue with each of these slips differs from the model. */
export function findOut(mutants: readonly Mutant[]): void {
  const database = useDatabase();
  const queue = new RealQueue(database);

  test.for(mutants)("a queue that %s is found out", async ([, name, from, to, focus]) => {
    const [row] = await database.sql<{ text: string }[]>`
      select pg_get_functiondef(oid) as text from pg_proc
      where proname = ${name} and pronamespace = 'deploy_queue'::regnamespace`;
    const text = row?.text ?? "";
    expect(text).toContain(from);
    await database.sql.unsafe(text.replaceAll(from, to));
    try {
      const difference = await findDifference(queue, { runs, seed: 1, shrink: false, ...(focus && { focus }) });
      expect(difference).toMatch(/^the queue /m);
      // It must err in what it decides: broken SQL would prove nothing.
      expect(difference).not.toMatch(/^the queue answers "(22|2F|42|P0|XX)/m);
    } finally {
      await database.sql.unsafe(text);
    }
  });
}
