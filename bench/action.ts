import { once } from "node:events";
import { createServer } from "node:net";
import { removeDirectories } from "../tests/support/leftovers.js";
import { measured } from "./support.js";

/** Milliseconds from the start of a step of the GitHub Action to its first query, at a server that accepts each connection and never answers. */
export const firstQuery = measured(async () => {
  // Only here: it makes a directory.
  const { startStep } = await import("../tests/support/action.js");
  // AuthenticationOk, ReadyForQuery.
  const welcome = Buffer.from("R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", "latin1");
  let asked = (): void => undefined;
  const query = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = createServer((socket) => {
    socket
      .on("error", () => undefined)
      .once("data", () => {
        socket.write(welcome);
        socket.once("data", asked);
      });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;

  const began = performance.now();
  const step = startStep({ mode: "list-outliers", "database-url": `postgres://user@127.0.0.1:${port}/database` });
  const died = step.end.then(() => Promise.reject(new Error(`the step ended without a query: ${step.log()}`)));
  await Promise.race([query, died]);
  const took = performance.now() - began;

  step.process.kill("SIGKILL");
  await step.end;
  server.close();
  removeDirectories();
  return took;
});
