import { markdownTable } from "../../scripts/markdownTable.js";
import { round } from "../figureTable.js";
import { percentile } from "../support.js";

/** Milliseconds of both sides, taken in turns: those at the same place are neighbours in time. */
export interface Pairs {
  readonly what: string;
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** What takes up to this much longer counts as no slower: two runs of the same commit differ by as much. */
const tolerance = 1.05;

export function verdictTable(all: readonly Pairs[]): string {
  return markdownTable([
    ["what", "A", "B", "B / A", "quartiles", "median, 95 % sure", "verdict"],
    ...all.map((pairs) => {
      const ratios = ratiosOf(pairs);
      const middle = surelyAround(ratios);
      return [
        pairs.what,
        `${round(percentile(pairs.before, 0.5))} ms`,
        `${round(percentile(pairs.after, 0.5))} ms`,
        `${round(percentile(ratios, 0.5))} ×`,
        [0.25, 0.75].map((share) => round(percentile(ratios, share))).join("–"),
        middle.map(round).join("–"),
        verdictOf(middle),
      ];
    }),
  ]);
}

function ratiosOf({ before, after }: Pairs): number[] {
  return after.map((sample, place) => sample / (before[place] ?? Number.NaN));
}

/** Between these lies the true median with a probability of at least 95 %: order statistics, normal approximation of the sign test. */
export function surelyAround(samples: readonly number[]): readonly [least: number, most: number] {
  const sorted = samples.toSorted((a, b) => a - b);
  const reach = 0.98 * Math.sqrt(sorted.length);
  const least = Math.max(0, Math.floor(sorted.length / 2 - reach) - 1);
  return [sorted[least] ?? Number.NaN, sorted[sorted.length - 1 - least] ?? Number.NaN];
}

export function verdictOf([least, most]: readonly [least: number, most: number]): string {
  if (most < 1 / tolerance) return "faster";
  if (most <= tolerance) return "no slower";
  return least > tolerance ? "slower" : "open";
}
