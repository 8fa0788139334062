import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidValueError } from "../../src/queue/errors.js";
import { useDatabase } from "../support/database.js";
import { seed } from "../support/seed.js";
import { hostileText } from "./hostile.js";

const { queue, sql } = useDatabase();

/** Half of a character is none: UTF-8 has no place for it. */
function stored(text: string | undefined): string | null {
  return text === undefined ? null : Buffer.from(text).toString();
}

test(`text is stored as it was given or refused as a wrong value, from seed ${seed}`, async () => {
  const fields = fc.record(
    {
      component: fc.oneof({ weight: 4, arbitrary: fc.constant("api") }, hostileText),
      ...{
        version: hostileText,
        url: hostileText.map((text) => `https://${text}`),
        note: hostileText,
        concurrencyKey: hostileText,
      },
    },
    { requiredKeys: ["component"] },
  );
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fields, async (given) => {
      const location = { environment: "dev", cloudProvider: "aws", region: "fuzz", cellIndex: 1 };
      try {
        const { id } = await queue.enqueue({ ...location, ...given });
        const row = await queue.deployment(id);
        expect(row).toMatchObject({
          component: stored(given.component)?.replace(/^ +| +$/g, ""),
          version: stored(given.version),
          url: stored(given.url),
          note: stored(given.note),
          concurrency_key: stored(given.concurrencyKey),
        });
        count += 1;
      } catch (error) {
        if (!(error instanceof InvalidValueError)) throw error;
        expect(error.message).not.toMatch(/[\n\r]/);
      }
    }),
    { numRuns: 600, seed },
  );
  expect(count).toBeGreaterThan(20);
  expect(await sql`select from pg_class where relname = 'deployments'`).toHaveLength(1);
});
