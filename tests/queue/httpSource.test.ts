import { createServer, type RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { HttpSource } from "../../src/queue/httpSource.js";
import { problemError } from "../../src/queue/problemError.js";

const target = "https://queue.example.com";

test.each([
  [401, { detail: "the token is not known here", code: "QD070", exit_code: 7 }, "AccessDeniedError", 7],
  [403, { detail: "it may not", code: "QD072", exit_code: 4 }, "RefusedError", 4],
  [404, { detail: "deployment 1 does not exist", code: "QD001", exit_code: 3 }, "DeploymentNotFoundError", 3],
  [409, { detail: "it was cancelled", code: "QD005", exit_code: 4 }, "RefusedAsCancelledError", 4],
  [409, { detail: "another keeper", code: "QD034", exit_code: 4 }, "OtherKeeperError", 4],
  [400, { detail: "note is too long", code: "23514", exit_code: 2 }, "InvalidValueError", 2],
  [400, { detail: "body must be an object", exit_code: 2 }, "InvalidValueError", 2],
  [503, { detail: "the database does not answer", exit_code: 7 }, "DatabaseUnavailableError", 7],
  [503, { detail: "locked", code: "55P03", exit_code: 4 }, "HeldUpError", 4],
  [429, { detail: "there are too many requests", exit_code: 2 }, "DatabaseUnavailableError", 7],
  [502, undefined, "DatabaseUnavailableError", 7],
  [404, undefined, "InvalidValueError", 2],
  [200, [], "InvalidValueError", 2],
])("%i with %j is what a database would have said", (status, body, name, exitCode) => {
  expect(problemError({ status, body }, target)).toMatchObject({ name, exitCode });
});

test("a failure of the server itself is none that is tried again", () => {
  const error = problemError({ status: 500, body: { detail: "the server has failed", exit_code: 1 } }, target);
  expect(error).toMatchObject({ name: "Error", message: "the server has failed" });
});

test("a redirect is not followed, since the token is for one server only", async () => {
  const asked: string[] = [];
  const source = await sourceAt((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(307, { location: "/elsewhere" }).end();
  });
  await expect(source.call("schema_version", {})).rejects.toMatchObject({ name: "InvalidValueError", exitCode: 2 });
  expect(asked).toEqual(["/v1/call/schema_version"]);
});

test("a connection that is broken off is an outage", async () => {
  const source = await sourceAt((request) => request.socket.destroy());
  await expect(source.call("schema_version", {})).rejects.toMatchObject({ name: "DatabaseUnavailableError" });
});

test("a list that a server does not send as a whole is refused", async () => {
  const source = await sourceAt((_, response) => {
    response.end(JSON.stringify({ rows: Array.from({ length: 10_000 }, () => ({ id: 1 })) }));
  });
  await expect(source.look("queue", {})).rejects.toThrow("there are more than 10000 rows");
  expect(await source.look("queue", { limit: 10_000 })).toHaveLength(10_000);
});

async function sourceAt(listener: RequestListener): Promise<HttpSource> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return new HttpSource({ url: `http://127.0.0.1:${port}`, token: "token" });
}
