import type { LeveledLog } from "../../display/log.js";
import type { Follower, News } from "../../queue/calls/callers.js";
import { backOff } from "../../queue/outage.js";
import { pause } from "../../queue/pause.js";
import type { Pool } from "../pool.js";
import { Alarm } from "./alarm.js";
import { Ear } from "./ear.js";
import { Transitions } from "./transitions.js";

export interface Following extends Follower {
  /** Told where the deployment stands: at first, and whenever something has happened to it. */
  readonly tell: (news: News) => void;
  /** Called at once when something has happened, before it is read. */
  readonly hear?: () => void;
}

interface Entry extends Following {
  /** What is told while an answer is under way is read once more: that answer may be older. */
  state: "idle" | "told" | "reading" | "told while reading";
}

/** How many are read by one statement. */
const batch = 500;
/** How many of these statements run at once. */
const parallel = 3;
/** Milliseconds after which leases are renewed that could not be. */
const renewAgain = 1_000;
/** Milliseconds: leases of that length and longer are renewed together. */
const renewTogether = 1_000;
/** Milliseconds: a moment that has come is not looked at more often. */
const shortestLook = 250;

/**
 * Tells all who follow deployments what happens to these. It reads those only that it has heard of, many by one statement; nobody who
 * follows has a connection, a statement or a timer of their own.
 */
export class Hub {
  /** The streams of all transitions. */
  readonly transitions: Transitions;
  readonly #pool: Pool;
  readonly #log: LeveledLog;
  readonly #ear: Ear;
  readonly #entries = new Map<number, Set<Entry>>();
  readonly #told = new Set<Entry>();
  readonly #alarm = new Alarm<Entry>((due) => this.#hear(due));
  /** When the leases of those that wait are to be renewed. */
  readonly #renewals = new Alarm<Entry>((due) => void this.#renew(due));
  readonly #closing = new AbortController();
  #size = 0;
  #readers = 0;
  #failures = 0;

  constructor(options: { readonly url: string; readonly log: LeveledLog; readonly pool: Pool }) {
    this.#pool = options.pool;
    this.transitions = new Transitions(options.pool, options.log);
    this.#log = options.log;
    this.#ear = new Ear({
      ...options,
      onTold: (id) => this.#heard(id),
      onTransition: (payload) => {
        const { deployment_id: id }: { readonly deployment_id: number | null } = JSON.parse(payload);
        this.#heard(id ?? 0);
        this.transitions.tell(payload);
      },
      onGap: () => {
        for (const entries of this.#entries.values()) {
          this.#hear(entries);
        }
        void this.transitions.catchUp();
      },
    });
  }

  /** Aborted when the server stops. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** How many follow. */
  get size(): number {
    return this.#size;
  }

  /** Returns when everything that commits from now on is heard. */
  listen(): Promise<void> {
    return this.#ear.open();
  }

  /** @returns a function that ends it */
  follow(following: Following): () => void {
    const entry: Entry = { ...following, state: "idle" };
    const entries = this.#entries.get(entry.id) ?? new Set();
    this.#entries.set(entry.id, entries.add(entry));
    this.#size += 1;
    this.#hear([entry]);
    return () => {
      if (!entries.delete(entry)) {
        return;
      }
      this.#size -= 1;
      if (entries.size === 0 && this.#entries.get(entry.id) === entries) {
        this.#entries.delete(entry.id);
      }
      this.#told.delete(entry);
      this.#alarm.forget(entry);
      this.#renewals.forget(entry);
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#alarm.stop();
    this.#renewals.stop();
    this.transitions.close();
    await this.#ear.close();
  }

  #heard(id: number): void {
    const entries = this.#entries.get(id) ?? [];
    for (const entry of entries) {
      entry.hear?.();
    }
    this.#hear(entries);
  }

  #hear(entries: Iterable<Entry>): void {
    for (const entry of entries) {
      if (entry.state === "reading") {
        entry.state = "told while reading";
      } else if (entry.state === "idle") {
        entry.state = "told";
        this.#told.add(entry);
      }
    }
    if (this.#told.size > 0 && this.#readers < parallel) {
      this.#readers += 1;
      void this.#read().finally(() => {
        this.#readers -= 1;
      });
    }
  }

  async #read(): Promise<void> {
    // What one transaction tells arrives in one piece, and is one statement then.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#told.size > 0 && !this.#closing.signal.aborted) {
      const entries = [...this.#told].slice(0, batch);
      for (const entry of entries) {
        this.#told.delete(entry);
        entry.state = "reading";
      }
      let news: News[] = [];
      try {
        news = await this.#pool.news(entries);
        this.#failures = 0;
      } catch (error) {
        this.#log.debug(`where ${entries.length} deployments stand is not known now: ${String(error)}`);
        this.#failures += 1;
        await pause(backOff(this.#failures), this.#closing.signal);
      }
      for (const [index, entry] of entries.entries()) {
        this.#answer(entry, news[index]);
      }
    }
  }

  #answer(entry: Entry, news: News | undefined): void {
    const isOld = news === undefined || entry.state === "told while reading";
    entry.state = "idle";
    if (!this.#isHere(entry)) {
      return;
    }
    if (news !== undefined) {
      const waits = news.event === "waiting" || news.event === "turn";
      this.#alarm.set(entry, waits && news.lookIn !== null ? Math.max(news.lookIn, shortestLook) : undefined);
      if (!waits) {
        this.#renewals.forget(entry);
      } else if (news.data?.["heartbeat_timestamp"] !== null && !this.#renewals.has(entry)) {
        this.#renewals.set(entry, 0);
      }
      entry.tell(news);
    }
    if (isOld) {
      entry.state = "told";
      this.#told.add(entry);
    }
  }

  /** One statement for all whose time has come: their connection is their sign of life while they wait. */
  async #renew(due: readonly Entry[]): Promise<void> {
    const entries = due.filter((entry) => this.#isHere(entry));
    if (entries.length === 0 || this.#closing.signal.aborted) {
      return;
    }
    let next: readonly (number | undefined)[];
    try {
      next = await this.#pool.keepWaits(entries);
    } catch (error) {
      this.#log.debug(`${entries.length} leases are not renewed now: ${String(error)}`);
      next = entries.map(() => renewAgain);
    }
    const now = performance.now();
    for (const [index, entry] of entries.entries()) {
      const after = next[index];
      if (after !== undefined && this.#isHere(entry)) {
        const together = Math.floor((now + after) / renewTogether) * renewTogether - now;
        this.#renewals.set(entry, after > 2 * renewTogether ? together : after);
      }
    }
  }

  #isHere(entry: Entry): boolean {
    return this.#entries.get(entry.id)?.has(entry) === true;
  }
}
