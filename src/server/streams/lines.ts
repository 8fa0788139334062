/** How many are told where they stand by one statement. */
const atOnce = 200;
/** Milliseconds between two of these statements, at least. */
const interval = 5_000;
/** How many times as long as such a statement the pause is, at least: in a line of a thousand, it takes seconds. */
const rest = 20;

/** What names a cell, in the rows and in the notifications of the database. */
export function cellOf(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([fields["environment"], fields["cloud_provider"], fields["region"], fields["cell_index"]]);
}

/**
 * Those who wait, by their cells. When something has happened in a cell, the places of those behind it have changed as well: they are read some
 * at a time, those first that have waited longest for it, so that the cost is bounded however many wait and however much happens.
 */
export class Lines<Thing> {
  readonly #onTurn: (things: Thing[]) => void;
  /** In milliseconds: how long it took last to read many. */
  readonly #took: () => number;
  readonly #cells = new Map<string, Set<Thing>>();
  readonly #cellOf = new Map<Thing, string>();
  readonly #moved = new Set<Thing>();
  #timer: NodeJS.Timeout | undefined;

  constructor(onTurn: (things: Thing[]) => void, took: () => number) {
    this.#onTurn = onTurn;
    this.#took = took;
  }

  put(thing: Thing, cell: string): void {
    this.#cellOf.set(thing, cell);
    this.#cells.set(cell, (this.#cells.get(cell) ?? new Set()).add(thing));
  }

  remove(thing: Thing): void {
    const cell = this.#cellOf.get(thing);
    if (cell === undefined) {
      return;
    }
    this.#cellOf.delete(thing);
    this.#moved.delete(thing);
    const things = this.#cells.get(cell);
    things?.delete(thing);
    if (things?.size === 0) {
      this.#cells.delete(cell);
    }
  }

  /** Something has happened in the cell. */
  moved(cell: string): void {
    for (const thing of this.#cells.get(cell) ?? []) {
      this.#moved.add(thing);
    }
    if (this.#moved.size > 0) {
      this.#timer ??= this.#later();
    }
  }

  #later(): NodeJS.Timeout {
    return setTimeout(() => this.#next(), Math.max(interval, rest * this.#took())).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#cells.clear();
    this.#moved.clear();
  }

  #next(): void {
    const things = [...this.#moved].slice(0, atOnce);
    for (const thing of things) {
      this.#moved.delete(thing);
    }
    this.#onTurn(things);
    this.#timer = this.#moved.size > 0 ? this.#later() : undefined;
  }
}
