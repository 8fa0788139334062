import { setMaxListeners } from "node:events";
import type { LeveledLog } from "../../display/log.js";
import type { Answer, Follower, News } from "../../queue/calls/callers.js";
import { backOff } from "../../queue/outage.js";
import { pause } from "../../queue/pause.js";
import type { Pool } from "../pool.js";
import { AgentStreams } from "./agentStreams.js";
import { Alarm } from "./alarm.js";
import { Ear } from "./ear.js";
import { cellOf, Lines } from "./lines.js";
import { LogStreams } from "./logStreams.js";
import { Renewals } from "./renewals.js";
import { Told } from "./told.js";
import { Transitions } from "./transitions.js";

export interface StreamNews {
  /** Kept: from now on its lease is renewed while it is followed. */
  readonly event: News["event"] | "kept";
  readonly data: News["data"];
}

export interface Following extends Follower {
  /** As cellOf says it. */
  readonly cell: string;
  /** Told where the deployment stands: at first, and whenever something has happened to it. */
  readonly tell: (news: StreamNews) => void;
}

interface Entry extends Following {
  /** What is told while an answer is under way is read once more: that answer may be older. */
  state: "idle" | "told" | "reading" | "told while reading";
  /** Whether it waited when it was read last. */
  waits: boolean;
  /** What was told last of where it waits. */
  stands: string;
}

/** How many are read by one statement. */
const batch = 500;
/** How many of these statements run at once. */
const parallel = 3;
/** Milliseconds: a moment that has come is not looked at more often. */
const shortestLook = 250;

/**
 * Tells all who follow deployments what happens to these. It reads those only that it has heard of, many by one statement; nobody who
 * follows has a connection, a statement or a timer of their own.
 */
export class Hub {
  /** The streams of all transitions. */
  readonly transitions: Transitions;
  readonly agents = new AgentStreams();
  readonly logs: LogStreams;
  readonly #pool: Pool;
  readonly #log: LeveledLog;
  readonly #ear: Ear;
  readonly #entries = new Map<number, Set<Entry>>();
  readonly #told = new Told<Entry>();
  readonly #alarm = new Alarm<Entry>((due) => this.#hear(due));
  readonly #renewals: Renewals<Entry>;
  readonly #lines = new Lines<Entry>(
    (moved) => this.#hear(moved),
    () => this.#took,
  );
  readonly #closing = new AbortController();
  #size = 0;
  #readers = 0;
  #failures = 0;
  /** Milliseconds that the latest read took. */
  #took = 0;

  constructor(options: { readonly url: string; readonly log: LeveledLog; readonly pool: Pool }) {
    // Each long poll waits for it.
    setMaxListeners(0, this.#closing.signal);
    this.#pool = options.pool;
    this.transitions = new Transitions(options.pool, options.log);
    this.#renewals = new Renewals(options.pool, options.log, ({ id, tell }) =>
      tell({ event: "kept", data: { deployment_id: id } }),
    );
    this.#log = options.log;
    this.#ear = new Ear({
      ...options,
      onTold: (id) => this.#wake(id),
      onArrival: () => this.#pool.prepareStatements(),
      onAgent: (id) => this.agents.tell(id),
      onTransition: (payload) => {
        const transition: Answer = JSON.parse(payload);
        this.#hear(this.#entries.get(Number(transition["deployment_id"])) ?? []);
        this.#lines.moved(cellOf(transition));
        this.transitions.tell(payload);
      },
      onGap: () => {
        for (const entries of this.#entries.values()) {
          this.#hear(entries);
        }
        this.agents.tellAll();
        void this.transitions.catchUp();
      },
    });
    this.logs = new LogStreams(this.#ear);
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
    const entry: Entry = { ...following, state: "idle", waits: false, stands: "" };
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
      this.#renewals.end(entry);
      this.#lines.remove(entry);
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#alarm.stop();
    this.#renewals.stop();
    this.#lines.stop();
    this.transitions.close();
    await this.#ear.close();
  }

  /** What is woken tries to start at once: a read before that would only delay it, and the one after its start tells all. */
  #wake(id: number): void {
    for (const entry of this.#entries.get(id) ?? []) {
      if (entry.waits) {
        entry.tell({ event: "turn", data: { deployment_id: id } });
      }
      if (entry.waits && entry.state === "idle") {
        this.#alarm.set(entry, shortestLook);
      } else {
        this.#hear([entry]);
      }
    }
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
      const entries = this.#told.take(batch);
      for (const entry of entries) {
        entry.state = "reading";
      }
      let news: News[] = [];
      const began = performance.now();
      try {
        news = await this.#pool.news(entries);
        this.#failures = 0;
        this.#took = performance.now() - began;
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
      if (waits && !entry.waits) {
        this.#lines.put(entry, entry.cell);
      }
      entry.waits = waits;
      this.#alarm.set(entry, waits && news.lookIn !== null ? Math.max(news.lookIn, shortestLook) : undefined);
      if (!waits) {
        this.#renewals.end(entry);
        this.#lines.remove(entry);
      } else if (news.data?.["heartbeat_timestamp"] !== null) {
        this.#renewals.begin(entry);
      }
      const stands = standing(news);
      if (news.event !== "waiting" || stands !== entry.stands) {
        entry.stands = stands;
        entry.tell(news);
      }
    }
    if (isOld) {
      entry.state = "told";
      this.#told.add(entry);
    }
  }

  #isHere(entry: Entry): boolean {
    return this.#entries.get(entry.id)?.has(entry) === true;
  }
}

/** What of it is worth telling again when it is another. A prediction that moves on with time is not. */
function standing({ event, data }: News): string {
  return JSON.stringify([event, data?.["position"], data?.["overdue"], data?.["waiting_on"]]);
}
