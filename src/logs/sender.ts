import type { Logs } from "../queue/calls/logs.js";
import type { DeploymentId } from "../queue/deployment.js";
import { AccessDeniedError, DatabaseUnavailableError, HeldUpError } from "../queue/errors.js";
import { backOff } from "../queue/outage.js";
import { pause } from "../queue/pause.js";
import type { Chunk, Outbox } from "./outbox.js";

/** Milliseconds between two statements at least. */
const interval = 1_000;

/** Stores what is in an outbox, a statement a second at most, for as long as it takes. */
export class Sender {
  readonly #logs: Logs;
  readonly #id: DeploymentId;
  readonly #keeper: string;
  readonly #outbox: Outbox;
  #nextPosition: number | undefined;
  readonly #finishing = new AbortController();
  readonly #givenUp = new AbortController();
  #wake = (): void => undefined;
  readonly #ended: Promise<unknown>;

  constructor(logs: Logs, id: DeploymentId, keeper: string, outbox: Outbox) {
    this.#logs = logs;
    this.#id = id;
    this.#keeper = keeper;
    this.#outbox = outbox;
    this.#ended = this.#run().catch((error: unknown) => error);
  }

  /** There is something in the outbox. */
  notify(): void {
    this.#wake();
  }

  /**
   * Stores the rest.
   * @param timeout milliseconds after which it is given up
   * @returns why it was not stored; undefined when it was
   */
  async finish(timeout: number): Promise<unknown> {
    this.#finishing.abort();
    this.#wake();
    const timer = setTimeout(() => this.#givenUp.abort(), Math.min(timeout, 2 ** 31 - 1));
    try {
      return await this.#ended;
    } finally {
      clearTimeout(timer);
      await this.#outbox.close();
    }
  }

  async #run(): Promise<void> {
    for (;;) {
      const more = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const isLast = this.#finishing.signal.aborted;
      const batch = await this.#outbox.take();
      if (batch.length > 0) {
        await this.#send(batch);
        await pause(interval, this.#finishing.signal);
      } else if (isLast) {
        return;
      } else {
        await more;
      }
    }
  }

  async #send(batch: readonly Chunk[]): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        // Not known at first: another keeper may have written before.
        this.#nextPosition ??= (await this.#logs.settings(this.#id)).nextPosition;
        const now = performance.now();
        const chunks = batch.map(({ stream, content, at }) => ({ stream, content, age: (now - at) / 1000 }));
        this.#nextPosition = await this.#logs.append(this.#id, this.#keeper, this.#nextPosition, chunks);
        return;
      } catch (error) {
        const passes = error instanceof DatabaseUnavailableError || error instanceof HeldUpError;
        // Who is not let in after the end does not keep the log's keeper waiting.
        const isDenied = error instanceof AccessDeniedError && this.#finishing.signal.aborted;
        if (!passes || isDenied || this.#givenUp.signal.aborted) {
          throw error;
        }
        this.#outbox.spool();
        await pause(backOff(attempt), this.#finishing.signal.aborted ? this.#givenUp.signal : this.#finishing.signal);
      }
    }
  }
}
