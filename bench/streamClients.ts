// Streams of many waiters, in a process of its own, as light as they can be. Started by streams.ts.
import { Agent, get } from "node:http";

const [, , base = "", secret = "", ...ids] = process.argv;
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
/** Opened at once, at most: each client alone would open its own at any moment. */
const atOnce = 64;

/** Resolves with the first event; opens itself again for as long as it lasts. */
function follow(id: string): Promise<void> {
  return new Promise((resolve) => {
    const again = (): void => {
      setTimeout(() => void follow(id).then(resolve), Math.random() * 1_000);
    };
    const request = get(`${base}/v1/deployments/${id}/events`, {
      agent,
      headers: { authorization: `Bearer ${secret}` },
    });
    request.once("error", again).once("response", (response) => {
      request.off("error", again).on("error", () => undefined);
      let standing = false;
      response.on("data", (piece: Buffer) => {
        if (!standing && piece.includes("event: ")) {
          standing = true;
          process.send?.(id);
          resolve();
        }
      });
      response.once("close", again);
    });
  });
}

process.once("disconnect", () => process.exit());
const left = [...ids];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      await follow(id);
    }
  }),
);
