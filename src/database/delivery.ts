/** The payload by which a connection finds out whether notifications reach it. It wakes no waiter. */
export const probePayload = "probe";
/** In milliseconds: after that, it is taken that they do not. */
const probeTimeout = 2_000;

/** Whether notifications reach a connection. */
export class Delivery {
  #answer: Promise<boolean | undefined> | undefined;
  #probe: { readonly channel: string; readonly conclude: (arrives: boolean | undefined) => void } | undefined;

  /**
   * Asked once for each connection, however many wait on it. Where notifications are only late, the next one to ask is told so.
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

  /** A probe has arrived on this channel; a pooler hands on those of others, too. */
  heard(channel: string): void {
    if (channel === this.#probe?.channel) {
      this.#probe.conclude(true);
      // Also for waiters who had stopped waiting for it.
      this.#answer = Promise.resolve(true);
    }
  }

  /** The connection is lost: of the next one nothing is known. */
  forget(): void {
    this.#probe?.conclude(undefined);
    this.#probe = undefined;
    this.#answer = undefined;
  }
}
