/** Called with the payload of a notification; without one when notifications may have been lost. */
export type WakeUp = (payload?: string) => void;

/** The callbacks of each channel, called at its notifications. */
export class WakeUps {
  readonly #callbacks = new Map<string, Set<WakeUp>>();

  /** @returns a function that ends this */
  on(channel: string, callback: WakeUp): () => void {
    const callbacks = this.#callbacks.get(channel) ?? new Set();
    this.#callbacks.set(channel, callbacks.add(callback));
    return () => {
      callbacks.delete(callback);
      if (callbacks.size === 0 && this.#callbacks.get(channel) === callbacks) {
        this.#callbacks.delete(channel);
      }
    };
  }

  wake(channel: string, payload?: string): void {
    for (const callback of this.#callbacks.get(channel) ?? []) {
      callback(payload);
    }
  }

  wakeAll(): void {
    for (const channel of this.#callbacks.keys()) {
      this.wake(channel);
    }
  }
}
