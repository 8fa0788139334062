// sslmode means what libpq means by it, for all drivers, and a password goes only to a server that is the right one.
import { createServer } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connectionSettings } from "../../src/database/connectionSettings.js";
import { Database } from "../../src/database/database.js";
import { nodePostgresConfig, withNodePostgresUrl } from "../../src/database/nodePostgres.js";
import { SettingsStream } from "../../src/database/settingsStream.js";
import { runCli } from "../support/cli.js";
import { useDatabase } from "../support/database.js";
import { startTlsServer, type TlsServer } from "../support/tlsServer.js";

const plain = useDatabase();
let server: TlsServer;

beforeAll(async () => {
  server = await startTlsServer();
});

afterAll(() => server.stop());

function open(url: string): Database {
  const database = new Database({ url, applicationName: "tests" });
  onTestFinished(() => database.close());
  return database;
}

/** Whether the connections of the queue, the migration and the worker are encrypted, which agree. */
async function encrypted(url: string): Promise<boolean | undefined> {
  const database = open(url);
  const [first] = await database.query<{ ssl: boolean }>(
    (sql) => sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`,
  );
  const ask = async (config: string | pg.ClientConfig) => {
    const client = new pg.Client(config);
    await client.connect();
    const { rows } = await client.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
    await client.end();
    expect(rows).toEqual([first]);
  };
  await withNodePostgresUrl(url, database, ask);
  await ask(await nodePostgresConfig(url, database));
  return first?.ssl;
}

const urlOf = (host: string, parameters: string): string =>
  server.url(host, parameters.replace("ROOT", server.root).replace("STRANGE", server.strange));

describe("a server with a certificate for localhost", () => {
  beforeAll(() => server.certify("DNS:localhost"));

  test.each([
    ["localhost", "", true],
    ["localhost", "?sslmode=disable", false],
    ["localhost", "?sslmode=allow", true],
    ["localhost", "?sslmode=prefer", true],
    ["127.0.0.1", "?sslmode=require", true],
    ["127.0.0.1", "?ssl=true", true],
    ["127.0.0.1", "?sslmode=require&sslrootcert=ROOT", true],
    ["127.0.0.1", "?sslmode=verify-ca&sslrootcert=ROOT", true],
    ["localhost", "?sslmode=verify-full&sslrootcert=ROOT", true],
    ["localhost", "?sslmode=require&channel_binding=require&sslrootcert=ROOT", true],
    ["localhost", "?sslmode=verify-full&sslnegotiation=direct&sslrootcert=ROOT", true],
    ["localhost", "?channel_binding=prefer", true],
  ] as const)("%s%s is encrypted: %s", async (host, parameters, wanted) => {
    expect(await encrypted(urlOf(host, parameters))).toBe(wanted);
  });

  test.each([
    ["127.0.0.1", "?sslmode=verify-full&sslrootcert=ROOT", /altnames/],
    ["127.0.0.1", "?sslmode=require&channel_binding=require&sslrootcert=ROOT", /altnames/],
    ["localhost", "?sslmode=verify-full", /certificate/],
    ["localhost", "?sslmode=verify-full&sslrootcert=system", /certificate/],
    ["localhost", "?sslmode=require&channel_binding=require", /certificate/],
    ["localhost", "?sslmode=verify-full&sslrootcert=STRANGE", /certificate/],
    ["localhost", "?sslmode=require&sslrootcert=STRANGE", /certificate/],
  ] as const)("%s%s is refused at once, with the cure", async (host, parameters, reason) => {
    const { code, stderr } = await runCli(["worker"], { DEPLOY_QUEUE_DATABASE_URL: urlOf(host, parameters) });
    expect(code).toBe(7);
    expect(stderr).toMatch(/^deploy-queue: the certificate of .* is not accepted: .*sslrootcert.*\n$/);
    expect(stderr).toMatch(reason);
  });
});

describe("a server with a certificate for its address", () => {
  beforeAll(() => server.certify("IP:127.0.0.1"));

  test("is verified by its address, and not by another name", async () => {
    expect(await encrypted(urlOf("127.0.0.1", "?sslmode=verify-full&sslrootcert=ROOT"))).toBe(true);
    await expect(encrypted(urlOf("localhost", "?sslmode=verify-full&sslrootcert=ROOT"))).rejects.toThrow(/altnames/);
  });

  test("is verified by the migration and by the driver of the worker", async () => {
    const url = urlOf("127.0.0.1", "?sslmode=verify-full&sslrootcert=ROOT");
    expect((await runCli(["migrate"], { DEPLOY_QUEUE_DATABASE_URL: url })).code).toBe(0);
    const database = open(url);
    const ofWorker = await nodePostgresConfig(url, database);
    await database.query((sql) => sql`select 1`);
    await server.certify("DNS:localhost");
    await expect(new pg.Client(ofWorker).connect()).rejects.toThrow(/altnames/);
    const ofMigration = withNodePostgresUrl(url, database, (local) => new pg.Client(local).connect());
    await expect(ofMigration).rejects.toThrow(/altnames/);
  });
});

describe("a server without TLS", () => {
  test("is taken by prefer, and refused by require with the reason", async () => {
    const url = new URL(plain.url);
    expect(await encrypted(url.href)).toBe(false);
    url.search = "sslmode=require";
    const { code, stderr } = await runCli(["doctor"], { DEPLOY_QUEUE_DATABASE_URL: url.href });
    expect({ code, stderr }).toEqual({ code: 4, stderr: "" });
    const database = open(url.href);
    await expect(database.query((sql) => sql`select 1`)).rejects.toThrow(/offers no TLS, and sslmode insists on it/);
  });
});

test.each([
  ["?sslmode=strict", "sslmode must be one of disable, allow, prefer, require, verify-ca, verify-full"],
  ["?sslmode=verify-ca", "sslmode=verify-ca needs the root certificate"],
  ["?sslmode=require&sslrootcert=system", "sslrootcert=system needs sslmode=verify-full"],
  ["?channel_binding=require", "channel_binding=require needs sslmode=require"],
  ["?channel_binding=always", "channel_binding must be one of"],
  ["?sslmode=require&sslcert=/nowhere", "the file that sslcert names cannot be read: there is no such file"],
  ["?options=-c%20secret%3Dsecret", 'does not take what "options" of the URL'],
  ["?secret=1", "its parameter secret is not known"],
])("%s is told in one line, with exit code 2", async (parameters, reason) => {
  for (const command of ["migrate", "worker", "doctor"]) {
    const { code, stdout, stderr } = await runCli([command], {
      DEPLOY_QUEUE_DATABASE_URL: `${plain.url}${parameters}`,
      HOME: "/nowhere",
    });
    expect([command, code]).toEqual([command, command === "doctor" ? 4 : 2]);
    expect(command === "doctor" ? stdout : stderr).toContain(reason);
    expect(stderr).not.toContain("secret=secret");
    expect(stderr.split("\n")).toHaveLength(command === "doctor" ? 1 : 2);
  }
});

test("without verified TLS, a connection over the network is told once, and by doctor", async () => {
  // To this machine, by an address that does not say so.
  const variables = { DEPLOY_QUEUE_DATABASE_URL: server.url("0.0.0.0"), HOME: "/nowhere" };
  const { code, stderr } = await runCli(["list", "queue"], variables);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/warn/i) });
  expect(stderr.match(/no certificate proves that the server is the right one/g)).toHaveLength(1);
  const { stdout } = await runCli(["doctor"], variables);
  expect(stdout).toContain("warning  encryption: no certificate proves");
  const local = await runCli(["list", "queue"], { DEPLOY_QUEUE_DATABASE_URL: server.url("127.0.0.1") });
  expect(local.stderr).toBe("");
});

/** A server that asks for the password in clear text, after a first message of another kind, byte by byte. */
async function startGreedy(): Promise<{ port: number; heard: () => string }> {
  let heard = "";
  const listening = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      heard += data.toString("latin1");
      if (data[0] === 0 && data.readInt32BE(4) === 80_877_103) {
        socket.write("N");
      } else if (data[0] === 0) {
        const notice = Buffer.from([78, 0, 0, 0, 5, 0]);
        for (const byte of [...notice, 82, 0, 0, 0, 8, 0, 0, 0, 3]) socket.write(Buffer.from([byte]));
      }
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, "0.0.0.0", resolve));
  onTestFinished(() => void listening.close());
  const address = listening.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, heard: () => heard };
}

describe("a server that asks for the password in clear text", () => {
  test("does not get it over a network, from any driver", async () => {
    const { port, heard } = await startGreedy();
    const url = `postgres://ann:open-sesame@0.0.0.0:${port}/db`;
    await expect(open(url).query((sql) => sql`select 1`)).rejects.toThrow(/asks for the password in clear text/);
    const stream = () => new SettingsStream(connectionSettings(url));
    await expect(new pg.Client({ stream, password: "open-sesame", ssl: false }).connect()).rejects.toThrow(
      /asks for the password/,
    );
    expect(heard()).toContain("ann");
    expect(heard()).not.toContain("open-sesame");
  });

  test("does not get it where it must prove that it knows the password, nor does one that asks for nothing", async () => {
    const { port, heard } = await startGreedy();
    const url = `postgres://ann:open-sesame@127.0.0.1:${port}/db?require_auth=scram-sha-256`;
    await expect(open(url).query((sql) => sql`select 1`)).rejects.toThrow(/does not prove that it knows the password/);
    expect(heard()).not.toContain("open-sesame");
    // A server that trusts its clients asks for none.
    if (new URL(plain.url).password === "") return;
    const real = `${plain.url}?require_auth=scram-sha-256`;
    expect(await open(real).query((sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
  });

  test("gets it on this machine", async () => {
    const { port, heard } = await startGreedy();
    const database = open(`postgres://ann:open-sesame@127.0.0.1:${port}/db`);
    await expect(database.query((sql) => sql`select 1`, 1000)).rejects.toThrow(/did not answer/);
    expect(heard()).toContain("open-sesame");
  });
});
