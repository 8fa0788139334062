import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";

/** Milliseconds between two looks whether all requests have been answered. */
const interval = 100;

/** A server that stops ends its connections as soon as no request runs: those that a client has opened in advance would last for a minute. */
export function endConnectionsOnClose(app: FastifyInstance): void {
  let running = 0;
  app.server.on("request", (_: IncomingMessage, response: ServerResponse) => {
    running += 1;
    response.once("close", () => {
      running -= 1;
    });
  });
  app.addHook("preClose", async () => {
    const timer = setInterval(() => {
      if (running === 0) {
        app.server.closeAllConnections();
      }
    }, interval);
    app.server.once("close", () => clearInterval(timer));
  });
}
