import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import type { Act } from "../../model/acts.js";
import { compare, findDifference } from "../../model/comparison.js";
import { RealQueue } from "../../model/realQueue.js";
import type { Given } from "../../model/steps.js";
import { useDatabase } from "../../support/database.js";
import type { Script } from "./scripts.js";

/**
 * What a slip of the hand would make of a function: what the model finds, it would find in a change as well. With a focus, the clients
 * do only that, with the given details: what shows the fault is rare among all that they could do. A script is the one program to play.
 */
export type Mutant = readonly [
  what: string,
  name: string,
  from: string,
  to: string,
  focus?: readonly Act["act"][] | Script,
  given?: Given,
];

/** As many as tests/long/model.test.ts plays. */
const runs = 2_000;
const seed = 1;

/**
 * A test of the test: a queue with each of these slips differs from the model. The program that shows it is known from the last time and is
 * tried first; where it shows nothing, since programs are drawn otherwise now, all are.
 * @param subject the name of the file in `programs` that says which program that is
 */
export function findOut(subject: string, mutants: readonly Mutant[]): void {
  const database = useDatabase();
  const queue = new RealQueue(database);
  const file = new URL(`programs/${subject}.json`, import.meta.url);
  const known = readPrograms(file);
  const found = new Map<string, number>();

  test.for(mutants)("a queue that %s is found out", async ([what, name, from, to, focus, given]) => {
    const [row] = await database.sql<{ text: string }[]>`
      select pg_get_functiondef(oid) as text from pg_proc
      where proname = ${name} and pronamespace = 'deploy_queue'::regnamespace`;
    const text = row?.text ?? "";
    expect(text).toContain(from);
    const script = focus && "script" in focus ? focus.script : undefined;
    const options = {
      ...{ seed, runs, shrink: false },
      ...(focus && !("script" in focus) && { focus }),
      ...(given && { given }),
    };
    const play = (program: number) =>
      script === undefined ? findDifference(queue, { ...options, first: program, runs: 1 }) : compare(queue, script);
    let program = script === undefined ? known[what] : 1;
    await database.sql.unsafe(text.replaceAll(from, to));
    try {
      let difference = program && (await play(program));
      if (!difference && script === undefined) {
        difference = await findDifference(queue, options);
        program = Number(/^program (\d+)/.exec(difference ?? "")?.[1]);
        // It is the program that shows it, and no moment at which the machine was slow.
        if (difference) expect(await play(program)).toMatch(/^the queue /m);
      }
      expect(difference).toMatch(/^the queue /m);
      // It must err in what it decides: broken SQL would prove nothing.
      expect(difference).not.toMatch(/^the queue answers "(22|2F|42|P0|XX)/m);
    } finally {
      await database.sql.unsafe(text);
    }
    // Without the slip, the queue does what the model does.
    expect(program && (await play(program))).toBeUndefined();
    if (program && script === undefined) found.set(what, program);
  });

  // npm run test:mutants
  if (process.env["DEPLOY_QUEUE_NOTE_PROGRAMS"] === undefined) return;
  afterAll(() => {
    const programs = mutants
      .filter(([, , , , focus]) => focus === undefined || !("script" in focus))
      .map(([what]) => [what, found.get(what) ?? known[what]]);
    if (programs.length > 0) writeFileSync(file, `${JSON.stringify(Object.fromEntries(programs), null, 2)}\n`);
  });
}

function readPrograms(file: URL): Partial<Record<string, number>> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}
