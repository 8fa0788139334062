import { logChannel } from "../../queue/channels.js";
import type { Ear } from "./ear.js";

/** Wakes those who follow logs. Each log has a channel of its own, which is listened on while somebody follows it. */
export class LogStreams {
  readonly #ear: Ear;
  readonly #followers = new Map<string, number>();

  constructor(ear: Ear) {
    this.#ear = ear;
  }

  /** @param wake called when the log may have more, and when the connection was lost: then listen() is to be called again */
  follow(id: number, wake: () => void): { readonly listen: () => Promise<void>; readonly leave: () => void } {
    const channel = logChannel(id);
    const stop = this.#ear.onWakeUp(channel, wake);
    this.#followers.set(channel, (this.#followers.get(channel) ?? 0) + 1);
    return {
      listen: () => this.#ear.listen(channel),
      leave: () => {
        stop();
        const left = (this.#followers.get(channel) ?? 1) - 1;
        if (left > 0) {
          this.#followers.set(channel, left);
        } else {
          this.#followers.delete(channel);
          void this.#ear.unlisten(channel).catch(() => undefined);
        }
      },
    };
  }
}
