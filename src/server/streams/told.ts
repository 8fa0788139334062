/** What has been told of and is to be read: those of one cell together, since a line is played once for all that one statement reads of it. */
export class Told<Thing extends { readonly cell: string }> {
  readonly #cells = new Map<string, Set<Thing>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(thing: Thing): void {
    const things = this.#cells.get(thing.cell) ?? new Set();
    this.#cells.set(thing.cell, things);
    if (!things.has(thing)) {
      things.add(thing);
      this.#size += 1;
    }
  }

  delete(thing: Thing): void {
    const things = this.#cells.get(thing.cell);
    if (things?.delete(thing) === true) {
      this.#size -= 1;
      if (things.size === 0) {
        this.#cells.delete(thing.cell);
      }
    }
  }

  /** Takes so many at most, cell by cell, those first that were told of first. */
  take(most: number): Thing[] {
    const taken: Thing[] = [];
    for (const things of this.#cells.values()) {
      taken.push(...[...things].slice(0, most - taken.length));
      if (taken.length === most) {
        break;
      }
    }
    for (const thing of taken) {
      this.delete(thing);
    }
    return taken;
  }
}
