import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { describe, expect, inject, test } from "vitest";
import { type CliEnd, runHere } from "../support/cli.js";
import { emptyDatabase } from "../support/emptyDatabase.js";

/** Every command opens its session in the same way, but those that wait are patient; this one would write. */
async function startOn(url: string | undefined, variables: Record<string, string> = {}): Promise<CliEnd> {
  const end = await runHere(["cancel", "version", "--component", "api", "--version", "v1"], {
    DEPLOY_QUEUE_DATABASE_URL: url,
    ...variables,
  });
  expect(end.stdout).toBe("");
  expect(end.stderr).not.toContain("secret");
  expect(end.stderr).not.toMatch(/^\s+at /m);
  return end;
}

function onTestServer(change: (url: URL) => void): string {
  const url = new URL(inject("serverUrl"));
  change(url);
  return url.href;
}

describe("a malformed URL is refused with 2, in one line that does not repeat it:", () => {
  test.each([
    "http://user:secret@host/db",
    "user:secret@host/db",
    "postgres:user:secret@host",
    "postgres//user:secret@host",
    "postgres://user:secret@host:port/db",
    "postgres://user:secret@host:99999/db",
    "postgres://user:se@secret@localhost/db",
    "postgres://user:se/secret@127.0.0.1/db",
    "postgres://user:12/secret@127.0.0.1/db",
    "postgres://user@host/db?secret%21=1",
    "postgres://user:se#secret@127.0.0.1/db",
    "postgres://user:se?secret@127.0.0.1/db",
    "postgres://user:pa%zzsecret@127.0.0.1/db",
    "postgres://user:secret@ho st/db",
    "postgres://user:secret@[::1/db",
    "postgres://user:secret@",
    "postgres://user:secret@/db",
    "postgres://user:secret@one,two:port/db",
    "nonsense secret",
  ])("%s", async (url) => {
    const { code, stderr } = await startOn(url);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^deploy-queue: DEPLOY_QUEUE_DATABASE_URL is not a valid connection URL.*\n$/);
  });
});

describe("a database that cannot be reached makes the exit code 7, in one line:", () => {
  test.each([
    ["a host that does not exist", "postgres://user:secret@no-such-host.invalid/db", "no-such-host.invalid:5432/db"],
    ["a password in the query", "postgres://user@no-such-host.invalid/db?password=secret", "cannot be reached"],
  ])("%s", async (_, url, message) => {
    const { code, stderr } = await startOn(url);

    expect(code).toBe(7);
    expect(stderr).toMatch(/^deploy-queue: [^\n]*\n$/);
    expect(stderr).toContain(message);
  });

  test("a port without a listener", async () => {
    const { code, stderr } = await startOn(`postgres://user:secret@127.0.0.1:${await unusedPort()}/db`);

    expect(code).toBe(7);
    expect(stderr).toMatch(
      /^deploy-queue: user@127\.0\.0\.1:\d+\/db cannot be reached: nothing answers at 127\.0\.0\.1:\d+\n$/,
    );
  });

  test("a server that hangs up", async () => {
    const { server, port } = await listening((socket) => socket.destroy());

    const { code, stderr } = await startOn(`postgres://user:secret@127.0.0.1:${port}/db`);
    server.close();

    expect(code).toBe(7);
    expect(stderr).toMatch(/^deploy-queue: user@127\.0\.0\.1:\d+\/db cannot be reached: .*\n$/);
  });

  test("a role that does not exist", async () => {
    const url = onTestServer((changed) => {
      changed.username = "no_such_role";
      changed.password = "secret";
    });

    const { code, stderr } = await startOn(url);

    expect(code).toBe(7);
    expect(stderr).toMatch(/^deploy-queue: no_such_role@.* does not let us in: .*\n$/);
  });

  test("a database that does not exist", async () => {
    const url = onTestServer((changed) => {
      changed.pathname = "/no_such_database";
    });

    const { code, stderr } = await startOn(url);

    expect(code).toBe(7);
    expect(stderr).toMatch(/^deploy-queue: .* does not let us in: database "no_such_database" does not exist\n$/);
  });
});

describe("a role that may do nothing is refused with 4, in one line,", () => {
  test("where the schema is missing", async () => {
    const database = await emptyDatabase();

    const { code, stderr } = await startOn(await database.urlOfPowerlessRole());

    expect(code).toBe(4);
    expect(stderr.replace(/^\[.*migrating.*\n/, "")).toMatch(
      /^deploy-queue: this role may not create or change the schema.*\n$/,
    );
    expect(await database.hasQueue()).toBe(false);
  });

  test("where the schema is another's", async () => {
    const database = await emptyDatabase();
    await runHere(["migrate"], { DEPLOY_QUEUE_DATABASE_URL: database.url });

    const { code, stderr } = await startOn(await database.urlOfPowerlessRole());

    expect(code).toBe(4);
    expect(stderr).toMatch(/^deploy-queue: this role may not use the schema deploy_queue.*\n$/);
  });
});

describe("the environment of the process is refused with 2, in one line:", () => {
  test("no URL in CI", async () => {
    for (const url of [undefined, "", "  "]) {
      const { code, stderr } = await startOn(url);

      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^deploy-queue: neither DEPLOY_QUEUE_DATABASE_URL nor DEPLOY_QUEUE_URL is set, and in CI .*\n$/,
      );
    }
  });

  test("a log level that does not exist", async () => {
    const { code, stderr } = await startOn(inject("serverUrl"), { DEPLOY_QUEUE_LOG_LEVEL: "loud\u001b[31m" });

    expect(code).toBe(2);
    expect(stderr).toMatch(/^deploy-queue: DEPLOY_QUEUE_LOG_LEVEL must be one of trace, .*, not "loud"\n$/);
  });
});

async function listening(onConnection: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer(onConnection).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return { server, port: typeof address === "object" ? (address?.port ?? 0) : 0 };
}

/** A port that was free a moment ago. */
async function unusedPort(): Promise<number> {
  const { server, port } = await listening((socket) => socket.destroy());
  server.close();
  await once(server, "close");
  return port;
}
