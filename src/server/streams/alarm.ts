/** The longest that a timer of Node runs. */
const longestTimer = 2_147_483_647;

/** Calls back when the moments of things have come, by one timer for all of them. */
export class Alarm<Thing> {
  readonly #onDue: (due: Thing[]) => void;
  /** By the clock of performance.now(). */
  readonly #moments = new Map<Thing, number>();
  #timer: NodeJS.Timeout | undefined;
  #next = Number.POSITIVE_INFINITY;

  constructor(onDue: (due: Thing[]) => void) {
    this.#onDue = onDue;
  }

  /** @param milliseconds undefined: no moment of it is known */
  set(thing: Thing, milliseconds: number | undefined): void {
    if (milliseconds === undefined) {
      this.forget(thing);
      return;
    }
    const moment = performance.now() + milliseconds;
    this.#moments.set(thing, moment);
    if (moment < this.#next) {
      this.#sleepUntil(moment);
    }
  }

  has(thing: Thing): boolean {
    return this.#moments.has(thing);
  }

  forget(thing: Thing): void {
    this.#moments.delete(thing);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#moments.clear();
  }

  #sleepUntil(moment: number): void {
    clearTimeout(this.#timer);
    this.#next = moment;
    if (Number.isFinite(moment)) {
      this.#timer = setTimeout(() => this.#ring(), Math.min(Math.max(0, moment - performance.now()), longestTimer));
      this.#timer.unref();
    }
  }

  #ring(): void {
    const now = performance.now();
    const due = [...this.#moments].filter(([, moment]) => moment <= now).map(([thing]) => thing);
    for (const thing of due) {
      this.#moments.delete(thing);
    }
    let next = Number.POSITIVE_INFINITY;
    for (const moment of this.#moments.values()) {
      next = Math.min(next, moment);
    }
    this.#sleepUntil(next);
    this.#onDue(due);
  }
}
