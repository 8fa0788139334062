export interface BenchOptions {
  /** Ten million rows as well. */
  readonly large: boolean;
}

export interface Figure {
  readonly what: string;
  readonly figure: number;
  /** The least and the most of the samples behind it, where that says something. */
  readonly range?: readonly [least: number, most: number];
  /** The floor or the rival, measured in the same run on the same server. */
  readonly beside?: number;
  readonly besideRange?: readonly [least: number, most: number];
  /** Where it is not simply the one divided by the other. */
  readonly ratio?: number;
  readonly unit?: string;
  readonly target?: string;
}

/** Something to measure, and what came out each time. */
export interface Measured<Sample = number> {
  readonly measure: () => Sample | Promise<Sample>;
  readonly samples: Sample[];
}

/** Something to measure that has connections or processes of its own. */
export interface Opened {
  readonly measure: () => Promise<number>;
  close(): Promise<void>;
}

export function measured<Sample = number>(measure: Measured<Sample>["measure"]): Measured<Sample> {
  return { measure, samples: [] };
}

/** Milliseconds until it is done. */
export async function time(act: () => unknown): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

export interface Rounds {
  /** The first ones, which do not count. */
  readonly warmUps: number;
  readonly counted: number;
}

/**
 * Takes samples of each in turns (A B, B A, A B …), so that whatever else the machine does meanwhile falls on all of them, and
 * none always comes after the same other one.
 */
export async function inTurns<Sample>(all: readonly Measured<Sample>[], rounds: Rounds): Promise<void> {
  for (let round = 1; round <= rounds.warmUps + rounds.counted; round += 1) {
    for (const { measure, samples } of round % 2 === 1 ? all : all.toReversed()) {
      const sample = await measure();
      if (round > rounds.warmUps) samples.push(sample);
    }
  }
}

/** The value below which this share (0 to 1) of the samples lies: nearest rank. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The same percentile of both, in milliseconds. */
export function compared(what: string, share: number, one: Measured, other: Measured, target = ""): Figure {
  return {
    what,
    figure: percentile(one.samples, share),
    beside: percentile(other.samples, share),
    unit: "ms",
    target,
  };
}

/** Of the figure to what is beside it. */
export function ratioOf({ figure, beside, ratio }: Figure): number | undefined {
  return ratio ?? (beside === undefined ? undefined : figure / beside);
}

/** The least and the most. */
export function range(samples: readonly number[]): [number, number] {
  return [Math.min(...samples), Math.max(...samples)];
}
