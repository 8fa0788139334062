import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { useDirectory } from "./support/commandLine.js";
import { startTestServer } from "./support/server.js";

const directory = useDirectory();

afterEach(() => vi.unstubAllEnvs());

test("tests use the embedded server where Docker answers and has no image", async () => {
  const socket = join(directory, "docker.sock");
  const asked: string[] = [];
  const docker = createServer((request, response) => {
    asked.push(request.url ?? "");
    const knows = /\/(?:_ping|info|version|networks\/\w+|containers\/json.*)$/.test(request.url ?? "");
    response.writeHead(knows ? 200 : 500, { "content-type": "application/json" });
    response.end(knows ? "{}" : '{"message":"no registry"}');
  });
  await new Promise<void>((resolve) => docker.listen(socket, resolve));
  onTestFinished(() => void docker.close());
  vi.stubEnv("DOCKER_HOST", `unix://${socket}`);
  vi.stubEnv("DEPLOY_QUEUE_TEST_SERVER", "");

  const server = await startTestServer();
  onTestFinished(() => server.stop());

  expect(asked).toContainEqual(expect.stringMatching(/\/images\/|\/containers\//));
  expect(server.description).toContain("embedded");
});

test("tests use the server that is asked for, and refuse one that they do not know", async () => {
  vi.stubEnv("DEPLOY_QUEUE_TEST_SERVER", "postgres://somewhere/tests");
  expect((await startTestServer()).url).toBe("postgres://somewhere/tests");
  vi.stubEnv("DEPLOY_QUEUE_TEST_SERVER", "podman");
  await expect(startTestServer()).rejects.toThrow("must be embedded, docker or a URL");
});
