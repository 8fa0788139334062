/** The payload by which a connection finds out whether notifications reach it. It wakes no waiter. */
export const probePayload = "probe";
/** In milliseconds: when no probe has arrived by then, notifications count as not delivered. */
const probeTimeout = 2_000;

/** Whether notifications reach a connection. */
export class Delivery {
  #answer: Promise<boolean | undefined> | undefined;
  #probe: { readonly channel: string; readonly conclude: (arrives: boolean | undefined) => void } | undefined;

  /**
   * Sends one probe for each connection, however many wait on it. When a probe arrives late, the next caller gets the new answer.
   * @param send notifies the channel, over another connection
   * @returns undefined when the connection was lost meanwhile
   */
  async find(channel: string, send: () => Promise<void>): Promise<boolean | undefined> {
    this.#answer ??= this.#ask(channel, send);
    const answer = this.#answer;
    try {
      return await answer;
    } catch (error) {
      if (this.#answer === answer) {
        this.#answer = undefined;
      }
      throw error;
    }
  }

  async #ask(channel: string, send: () => Promise<void>): Promise<boolean | undefined> {
    let conclude = (_: boolean | undefined): void => undefined;
    const conclusion = new Promise<boolean | undefined>((resolve) => {
      conclude = resolve;
    });
    this.#probe = { channel, conclude };
    await send();
    const timer = setTimeout(() => conclude(false), probeTimeout);
    try {
      return await conclusion;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A probe has arrived on this channel. Behind a pooler it may be the probe of another client. */
  heard(channel: string): void {
    if (channel === this.#probe?.channel) {
      this.#probe.conclude(true);
      // The answer also reaches waiters that ask again after it came too late.
      this.#answer = Promise.resolve(true);
    }
  }

  /** The connection is lost, and nothing is known of the next one. */
  forget(): void {
    this.#probe?.conclude(undefined);
    this.#probe = undefined;
    this.#answer = undefined;
  }
}
