// One comparison in a process of its own, started by run.ts.
import { answer } from "../alone.js";
import { settle } from "../seed.js";
import { inTurns, measured, type Opened, percentile } from "../support.js";
import { type Comparison, comparisons, type Subject } from "./comparisons.js";
import { processorOf } from "./processor.js";
import { type Side, withSide } from "./side.js";
import type { Pairs } from "./verdict.js";

const [name = "", treeA = "", treeB = "", urlA = "", urlB = "", ...flags] = process.argv.slice(2);
const comparison = comparisons[name] ?? { subjects: [] };
await answer(() => withSide(treeA, urlA, (a) => withSide(treeB, urlB, (b) => compare(comparison, [a, b]))));

async function compare({ prepare, subjects }: Comparison, sides: readonly [Side, Side]): Promise<Pairs[]> {
  for (const side of sides) {
    await prepare?.(side, flags.includes("--large") ? 1_000_000 : 100_000);
    // Of every table: statistics that autovacuum has brought up to date for one side only make another plan there.
    await settle(side.server);
  }
  const pairs: Pairs[] = [];
  for (const subject of subjects) {
    pairs.push(...(await measurePairs(subject, sides)));
  }
  return pairs;
}

async function measurePairs(subject: Subject, [a, b]: readonly [Side, Side]): Promise<Pairs[]> {
  const { what, rounds, keepsSessions, open } = subject;
  const opened = [await open(a), await open(b)] as const;
  const [before, after] = [measured(withProcessor(a, opened[0])), measured(withProcessor(b, opened[1]))];
  await inTurns([before, after], rounds);
  await Promise.all(opened.map(({ close }) => close()));
  const pairs = (["taken", "processor"] as const).map((kind) => ({
    what: kind === "taken" ? what : "the same, processor of the server a turn",
    before: before.samples.map((sample) => sample[kind]),
    after: after.samples.map((sample) => sample[kind]),
  }));
  return pairs.slice(0, keepsSessions && percentile(pairs[1]?.before ?? [], 0.5) > 0 ? 2 : 1);
}

function withProcessor({ server }: Side, { measure }: Opened): () => Promise<{ taken: number; processor: number }> {
  return async () => {
    const processor = await processorOf(server);
    const taken = await measure();
    return { taken, processor: processor() };
  };
}
