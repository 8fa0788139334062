export interface BenchOptions {
  /** Ten million rows as well. */
  readonly large: boolean;
  /** The reference run: a million rows and many rounds, instead of what takes a minute at most. */
  readonly thorough: boolean;
}

export interface Figure {
  readonly what: string;
  /** The median, where there are several samples. */
  readonly figure: number;
  /** In which the true one lies with a probability of 95 %; or the least and the most of a few. */
  readonly range?: readonly [least: number, most: number];
  readonly p99?: number;
  /** The floor or the rival, measured in the same run on the same server. */
  readonly beside?: number;
  readonly besideRange?: readonly [least: number, most: number];
  readonly besideP99?: number;
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
  /** When this time is over, five samples are enough. */
  readonly milliseconds?: number;
}

/**
 * Takes samples of each in turns (A B, B A, A B …), so that whatever else the machine does meanwhile falls on all of them, and
 * none always comes after the same other one.
 */
export async function inTurns<Sample>(all: readonly Measured<Sample>[], rounds: Rounds): Promise<void> {
  const began = performance.now();
  const isOver = (): boolean => performance.now() - began >= (rounds.milliseconds ?? Number.POSITIVE_INFINITY);
  for (let round = 1; round <= rounds.warmUps + rounds.counted; round += 1) {
    if (round > rounds.warmUps + 5 && isOver()) break;
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

/** With fewer, the 99th percentile would be the slowest one. */
const fewestForP99 = 100;

/** In which the true median lies with a probability of 95 %, by the binomial distribution of how many samples lie below it. */
export function spread(samples: readonly number[]): [number, number] {
  const share = (0.5 * 1.96) / Math.sqrt(samples.length);
  return [percentile(samples, Math.max(0, 0.5 - share)), percentile(samples, Math.min(1, 0.5 + share))];
}

/** Of samples in milliseconds. */
export function timed(what: string, samples: readonly number[], target = ""): Figure {
  return {
    what,
    figure: percentile(samples, 0.5),
    range: spread(samples),
    ...(samples.length < fewestForP99 ? {} : { p99: percentile(samples, 0.99) }),
    unit: "ms",
    target,
  };
}

/** Both in milliseconds. */
export function compared(what: string, one: readonly number[], other: readonly number[], target = ""): Figure {
  const { figure, range, p99 } = timed(what, other);
  return {
    ...timed(what, one, target),
    beside: figure,
    ...(range === undefined ? {} : { besideRange: range }),
    ...(p99 === undefined ? {} : { besideP99: p99 }),
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
