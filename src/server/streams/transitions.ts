import type { LeveledLog } from "../../display/log.js";
import type { Answer } from "../../queue/calls/callers.js";
import { RefusedError } from "../../queue/errors.js";
import type { Pool } from "../pool.js";
import type { EventStream } from "./eventStream.js";

export interface Watcher {
  readonly credential: Buffer;
  readonly environment: string | undefined;
  /** The event after which the client comes back. */
  readonly known: number | undefined;
}

interface Entry extends Watcher {
  stream: EventStream | undefined;
  /** What came before there was a stream. */
  readonly early: Answer[];
  newest: number;
}

/**
 * How many events before the one that a client knows are told once more: transactions side by side may draw their numbers in one order and
 * commit in the other.
 */
const overlap = 100;
/** How often watchers are asked for their right to see, in milliseconds. */
const recheck = 60_000;
const page = 1_000;
const none = Number.MAX_SAFE_INTEGER;

/** The streams of all transitions. They come with their notifications; what a watcher missed is read. */
export class Transitions {
  readonly #pool: Pool;
  readonly #log: LeveledLog;
  readonly #entries = new Set<Entry>();
  readonly #timer: NodeJS.Timeout;

  constructor(pool: Pool, log: LeveledLog) {
    this.#pool = pool;
    this.#log = log;
    this.#timer = setInterval(() => void this.catchUp(), recheck);
    this.#timer.unref();
  }

  /** @param open called when the watcher may see; @throws as the queue does, when it may not */
  async add(watcher: Watcher, open: () => EventStream): Promise<void> {
    const entry: Entry = { ...watcher, stream: undefined, early: [], newest: watcher.known ?? 0 };
    this.#entries.add(entry);
    try {
      const missed = await this.#missed(
        entry,
        watcher.known === undefined ? none : Math.max(0, watcher.known - overlap),
      );
      const stream = open();
      stream.ended.addEventListener("abort", () => this.#entries.delete(entry), { once: true });
      entry.stream = stream;
      const known = new Set(missed.map(({ event_id: id }) => id));
      for (const transition of [...missed, ...entry.early.filter(({ event_id: id }) => !known.has(id))]) {
        this.#send(entry, transition);
      }
    } catch (error) {
      this.#entries.delete(entry);
      throw error;
    }
  }

  /** @param payload as its notification says it */
  tell(payload: string): void {
    if (this.#entries.size === 0) {
      return;
    }
    const transition: Answer = JSON.parse(payload);
    for (const entry of this.#entries) {
      if (entry.environment === undefined || entry.environment === transition["environment"]) {
        this.#send(entry, transition);
      }
    }
  }

  /** After nothing was heard for a while: reads what each watcher has missed. One that may not see any more is left. */
  async catchUp(): Promise<void> {
    for (const entry of this.#entries) {
      try {
        for (const transition of await this.#missed(entry, entry.newest === 0 ? none : entry.newest)) {
          this.#send(entry, transition);
        }
      } catch (error) {
        if (error instanceof RefusedError) {
          entry.stream?.end();
        } else {
          this.#log.debug(`what a stream has missed is not known now: ${String(error)}`);
        }
      }
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #missed({ credential, environment }: Entry, known: number): Promise<Answer[]> {
    const all: Answer[] = [];
    for (let after = known; ; after = Number(all.at(-1)?.["event_id"])) {
      const rows = await this.#pool.call(credential, "transitions", {
        ...{ known_event: after, only_environment: environment },
      });
      all.push(...rows);
      if (rows.length < page) {
        return all;
      }
    }
  }

  #send(entry: Entry, transition: Answer): void {
    if (entry.stream === undefined) {
      entry.early.push(transition);
      return;
    }
    const id = transition["event_id"];
    if (typeof id === "number") {
      entry.newest = Math.max(entry.newest, id);
    }
    entry.stream.send("transition", transition, typeof id === "number" ? id : undefined);
  }
}
