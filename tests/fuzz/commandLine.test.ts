import { existsSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { useCommandLine } from "../support/commandLine.js";
import { seed } from "../support/seed.js";
import { betrayal, hostileNumber, hostileText } from "./hostile.js";

const line = useCommandLine();

const options = [
  "--environment",
  "--provider",
  "--region",
  "--cell-index",
  "--component",
  "--version",
  "--url",
  "--note",
];
const more = ["--concurrency-key", "--wait-timeout", "--max-duration", "--json", "--dry-run", "--", "--nonsense"];
const text = hostileText.filter((value) => !value.includes("\u0000"));

const place = fc
  .record({ environment: fc.constantFrom("dev", "prod", "none"), index: hostileNumber, component: text, note: text })
  .map(({ environment, index, component, note }) => [
    ...["--environment", environment, "--provider", "aws", "--region", "fuzz"],
    ...["--cell-index", index, "--component", component, "--note", note],
  ]);
const commands = fc
  .oneof(
    place.map((given) => ["start", "--wait-timeout", "1ms", ...given]),
    fc.tuple(fc.constantFrom("finish", "info", "history"), hostileNumber).map((given) => [...given]),
    fc.tuple(hostileNumber, text).map(([id, note]) => ["cancel", "deployment", id, "--cancellation-note", note]),
    fc
      .tuple(text, text)
      .map(([component, version]) => ["cancel", "version", "--yes", "--component", component, "--version", version]),
    fc
      .tuple(fc.constantFrom("--buffer-time", "--retention"), text, text)
      .map(([option, value, name]) => ["environment", "set", "--create", "--yes", option, value, name]),
    // What is executed gets the text as it is.
    place.map((given) => ["run", "--wait-timeout", "1ms", ...given, "--", "sh", "-c", "true", ...given]),
    fc
      .array(fc.oneof(fc.constantFrom(...options, ...more), text), { maxLength: 8 })
      .map((given) => ["start", "--wait-timeout", "1ms", ...given]),
  )
  .filter((args) => args.every((arg) => !arg.includes("\u0000")));

test(`whatever is typed, the answer is a code that says what is wrong, and never a stack trace; from seed ${seed}`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(commands, { minLength: 4, maxLength: 4 }), async (batch) => {
      const ends = await Promise.all(batch.map((args) => line.run(args)));
      for (const [index, { code, stderr, stdout }] of ends.entries()) {
        const what = `${JSON.stringify(batch[index])}: ${stderr}`;
        expect([0, 2, 3, 4, 6], what).toContain(code);
        expect(stderr, what).not.toMatch(/^ +at .*:\d+/m);
        expect(`${stdout}${stderr}`, what).not.toMatch(/^::|##\[/m);
      }
    }),
    { numRuns: 15, seed, endOnFailure: true },
  );
  expect(existsSync(betrayal)).toBe(false);
  expect(await line.sql`select from pg_class where oid = 'deploy_queue.deployments'::regclass`).toHaveLength(1);
});
