import type { LeveledLog } from "../../display/log.js";
import type { Follower } from "../../queue/calls/callers.js";
import type { Pool } from "../pool.js";
import { Alarm } from "./alarm.js";

/** Milliseconds after which leases are renewed that could not be. */
const renewAgain = 1_000;
/** Milliseconds: leases of that length and longer are renewed together. */
const renewTogether = 1_000;
/** How many are renewed by one statement, which locks their rows until its end. */
const batch = 1_000;

/** The leases of those that wait and are followed: their connection is their sign of life. One statement renews all whose time has come. */
export class Renewals<Entry extends Follower> {
  readonly #pool: Pool;
  readonly #log: LeveledLog;
  /** Told when the lease of one is renewed for the first time. */
  readonly #onKept: (entry: Entry) => void;
  readonly #entries = new Map<Entry, { isKept: boolean }>();
  readonly #alarm = new Alarm<Entry>((due) => void this.#renew(due));

  constructor(pool: Pool, log: LeveledLog, onKept: (entry: Entry) => void) {
    this.#pool = pool;
    this.#log = log;
    this.#onKept = onKept;
  }

  begin(entry: Entry): void {
    if (!this.#entries.has(entry)) {
      this.#entries.set(entry, { isKept: false });
    }
    if (!this.#alarm.has(entry)) {
      this.#alarm.set(entry, 0);
    }
  }

  end(entry: Entry): void {
    this.#entries.delete(entry);
    this.#alarm.forget(entry);
  }

  stop(): void {
    this.#alarm.stop();
    this.#entries.clear();
  }

  async #renew(due: readonly Entry[]): Promise<void> {
    for (let first = 0; first < due.length; first += batch) {
      await this.#renewBatch(due.slice(first, first + batch).filter((entry) => this.#entries.has(entry)));
    }
  }

  async #renewBatch(due: readonly Entry[]): Promise<void> {
    let next: readonly (number | undefined)[];
    let isDone = true;
    try {
      next = await this.#pool.keepWaits(due);
    } catch (error) {
      this.#log.debug(`${due.length} leases are not renewed now: ${String(error)}`);
      next = due.map(() => renewAgain);
      isDone = false;
    }
    const now = performance.now();
    for (const [index, entry] of due.entries()) {
      const after = next[index];
      const known = this.#entries.get(entry);
      if (after === undefined || known === undefined) {
        continue;
      }
      const together = Math.floor((now + after) / renewTogether) * renewTogether - now;
      this.#alarm.set(entry, after > 2 * renewTogether ? together : after);
      if (isDone && !known.isKept) {
        known.isKept = true;
        this.#onKept(entry);
      }
    }
  }
}
