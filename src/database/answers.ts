import type { Client } from "./client.js";

/** When each connection has last answered. */
export class Answers {
  readonly #last = new WeakMap<Promise<Client>, number>();

  came(connection: Promise<Client>): void {
    this.#last.set(connection, performance.now());
  }

  /**
   * Calls back once the connection has been silent for so many milliseconds: a statement is answered after all that were sent before it.
   * @returns a function that ends this
   */
  whenSilent(connection: Promise<Client>, milliseconds: number, callback: () => void): () => void {
    const called = performance.now();
    let timer: NodeJS.Timeout;
    const look = (): void => {
      const left = Math.max(called, this.#last.get(connection) ?? 0) + milliseconds - performance.now();
      if (left > 0) {
        timer = setTimeout(look, left);
      } else {
        callback();
      }
    };
    timer = setTimeout(look, milliseconds);
    return () => clearTimeout(timer);
  }
}
