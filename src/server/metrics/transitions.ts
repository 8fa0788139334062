import type { Figures, Transition } from "../../queue/calls/figures.js";

const atMost = 10_000;
/** Seconds after which no transaction is still open that has drawn the number of an event before. */
const settledAfter = 60;

/** Tells each transition once, from now on. */
export class Transitions {
  readonly #figures: Figures;
  /** No event up to this one is still to come. */
  #settled: number | undefined;
  /** Those behind it that were told. */
  #told = new Set<number>();

  constructor(figures: Figures) {
    this.#figures = figures;
  }

  async next(): Promise<Transition[]> {
    const isFirst = this.#settled === undefined;
    const rows = await this.#figures.transitionsAfter(this.#settled, atMost);
    const news = isFirst ? [] : rows.filter(({ event_id }) => !this.#told.has(event_id));
    // An event may become visible after one with a higher number: the last minute is asked for again.
    const settled = rows.filter(({ age }) => isFirst || age > settledAfter || rows.length === atMost);
    this.#settled = settled.at(-1)?.event_id ?? this.#settled ?? 0;
    const present = this.#settled;
    this.#told = new Set(rows.map(({ event_id }) => event_id).filter((event) => event > present));
    return news;
  }
}
