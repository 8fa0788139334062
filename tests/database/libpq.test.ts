// A URL means what it means to psql, to all three drivers. Where it does not on purpose, the table says why.
import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { Database } from "../../src/database/database.js";
import { nodePostgresConfig, withNodePostgresUrl } from "../../src/database/nodePostgres.js";
import { startTlsServer, type TlsServer } from "../support/tlsServer.js";

const run = promisify(execFile);

function isInstalled(program: string): boolean {
  try {
    return execFileSync(program, ["--version"]).length > 0;
  } catch {
    return false;
  }
}

const hasPsql = isInstalled("psql");
const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

const socketDirectory = "/var/run/postgresql";
const hasSocketDirectory = process.getuid?.() === 0 && existsSync(socketDirectory);

const password = "o:p@n/s?e#s%a me";
const oddDatabase = "odd name/ü%";
let server: TlsServer;
let home = "";

beforeAll(async () => {
  if (!hasPsql) return undefined;
  server = await startTlsServer();
  await server.certify("DNS:localhost");
  await server.sql.unsafe(`create role ann login password '${password}'`);
  await server.sql.unsafe("create role bob login password 'bob'");
  for (const name of ["queue", "ann", oddDatabase]) await server.sql.unsafe(`create database "${name}"`);
  home = await mkdtemp(join(tmpdir(), "deploy-queue-home-"));
  const escaped = password.replaceAll(":", "\\:");
  await writeFile(join(home, "passes"), `# ours\nother:*:*:ann:no\nlocalhost:*:queue:ann:${escaped}\n*:*:*:bob:bob\n`, {
    mode: 0o600,
  });
  await writeFile(join(home, "open"), `*:*:*:ann:${escaped}\n`, { mode: 0o644 });
  const service = `# ours\n[other]\nhost=nowhere.invalid\n\n[queue]\nhost=localhost\nport=${port()}\nuser=ann\npassword=${password}\ndbname=queue\n`;
  await writeFile(join(home, "services"), `${service}[odd]\nwhatever=1\n`);
  await mkdir(join(home, ".postgresql"));
  await chmod(home, 0o755);
  const link = `${socketDirectory}/.s.PGSQL.${port()}`;
  if (hasSocketDirectory) await symlink(`${server.sockets}/.s.PGSQL.${port()}`, link);
  return async () => {
    await rm(home, { recursive: true, force: true });
    await rm(link, { force: true });
  };
});

afterAll(() => server?.stop());

const port = (): string => new URL(server.url("localhost")).port;

type Variables = Readonly<Record<string, string>>;

/** What stands for what only the running test knows. */
function filled(text: string): string {
  const values: Variables = {
    PW: encodeURIComponent(password),
    RAW: password,
    PORT: port(),
    SOCKETS: encodeURIComponent(server.sockets),
    DIRECTORY: server.sockets,
    ROOT: server.root,
    STRANGE: server.strange,
    HOME: home,
    ODD: encodeURIComponent(oddDatabase),
  };
  return text.replace(/\b[A-Z]{2,}\b/g, (word) => values[word] ?? word);
}

const facts = `
  select concat_ws(' ', current_user, current_database(), coalesce(host(inet_server_addr()), 'socket'),
    (select ssl from pg_stat_ssl where pid = pg_backend_pid()), current_setting('application_name'),
    current_setting('work_mem'), current_setting('client_encoding')) as facts`;

async function ofPsql(url: string, variables: Variables): Promise<string> {
  const env = { PATH: process.env["PATH"], HOME: home, LC_ALL: "C.UTF-8", ...variables };
  try {
    return (await run("psql", ["-XAtw", "-c", facts, url], { env })).stdout.trim();
  } catch {
    return "refused";
  }
}

async function ofDrivers(url: string, variables: Variables): Promise<readonly string[]> {
  const before = { ...process.env };
  Object.assign(process.env, { HOME: home }, variables);
  onTestFinished(() => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, before);
  });
  try {
    const database = new Database({ url, applicationName: "psql" });
    onTestFinished(() => database.close());
    const [ours] = await database.query<{ facts: string }>((sql) => sql.unsafe(facts));
    const found = [ours?.facts ?? ""];
    const ask = async (config: string | pg.ClientConfig) => {
      const client = new pg.Client(config);
      await client.connect();
      const { rows } = await client.query<{ facts: string }>(facts);
      await client.end();
      found.push(rows[0]?.facts ?? "");
    };
    await withNodePostgresUrl(url, database, ask);
    await ask(await nodePostgresConfig(url, database));
    return found;
  } catch {
    return ["refused"];
  }
}

const at = "postgres://ann:PW@localhost:PORT/queue";

const same: readonly (readonly [url: string, variables?: Variables])[] = [
  // Parts
  [at],
  ["postgresql://ann:PW@localhost:PORT/queue"],
  ["postgres://ann:PW@127.0.0.1:PORT/queue"],
  ["postgres://ann:PW@localhost:PORT"],
  ["postgres://ann:PW@localhost:PORT/"],
  ["postgres://ann:PW@localhost:PORT?dbname=queue"],
  ["postgres://a%6En:PW@localhost:PORT/que%75e"],
  ["postgres://ann:PW@localhost:PORT/ODD"],
  ["postgres://ann:wrong@localhost:PORT/queue"],
  ["postgres://nobody:PW@localhost:PORT/queue"],
  ["postgres://ann:PW@localhost:PORT/nothing"],
  ["postgres://ann:PW@localhost:1/queue"],
  ["postgres://ann:PW@localhost:99999/queue"],
  ["postgres://ann:PW@localhost:PORT/queue?"],
  ["postgres://ann:PW@localhost:PORT/que%00ue"],
  ["postgres://ann:PW@localhost:PORT/queue?sslmode"],
  ["mysql://ann:PW@localhost:PORT/queue"],
  // Keywords in the query
  ["postgres://localhost:PORT/queue?user=ann&password=PW"],
  ["postgres:///queue?user=ann&password=PW&host=localhost&port=PORT"],
  ["postgres://?user=ann&password=PW&host=localhost&port=PORT&dbname=queue"],
  ["postgres://bob:bob@nowhere.invalid:1/ann?user=ann&password=PW&host=localhost&port=PORT&dbname=queue"],
  ["postgres://ann:PW@nowhere.invalid:PORT/queue?hostaddr=127.0.0.1"],
  ["postgres://ann:PW@/queue?hostaddr=127.0.0.1&port=PORT"],
  [`${at}?application_name=a%20b`],
  [`${at}?fallback_application_name=psql`],
  [`${at}?options=-c%20work_mem%3D3MB`],
  [`${at}?options=-c%20nothing%3D3MB`],
  [`${at}?client_encoding=UTF8`],
  [`${at}?connect_timeout=5`],
  [`${at}?connect_timeout=0`],
  [`${at}?connect_timeout=soon`],
  [`${at}?keepalives=1&keepalives_idle=30&keepalives_interval=10&keepalives_count=3&tcp_user_timeout=1000`],
  [`${at}?keepalives=0`],
  [`${at}?keepalives=yes`],
  [`${at}?gssencmode=disable&krbsrvname=postgres&sslcompression=0&sslsni=1`],
  [`${at}?gssencmode=require`],
  [at, { PGGSSENCMODE: "require" }],
  [`${at}?nothing=1`],
  [`${at}?SSLMODE=require`],
  // TLS
  [`${at}?sslmode=disable`],
  [`${at}?sslmode=prefer`],
  [`${at}?sslmode=require`],
  [`${at}?ssl=true`],
  [`${at}?sslmode=require&sslrootcert=ROOT`],
  [`${at}?sslmode=verify-ca&sslrootcert=ROOT`],
  [`${at}?sslmode=verify-full&sslrootcert=ROOT`],
  [`${at}?sslmode=verify-ca&sslrootcert=STRANGE`],
  [`${at}?sslmode=verify-full&sslrootcert=STRANGE`],
  ["postgres://ann:PW@127.0.0.1:PORT/queue?sslmode=verify-ca&sslrootcert=ROOT"],
  ["postgres://ann:PW@127.0.0.1:PORT/queue?sslmode=verify-full&sslrootcert=ROOT"],
  ["postgres://ann:PW@localhost:PORT/queue?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=ROOT"],
  [`${at}?sslmode=verify-ca`],
  [`${at}?sslmode=strict`],
  [`${at}?sslmode=`],
  [`${at}?sslmode=require&ssl_min_protocol_version=TLSv1.3`],
  [`${at}?sslmode=require&ssl_max_protocol_version=TLSv1.2`],
  [`${at}?ssl_min_protocol_version=4`],
  [`${at}?channel_binding=prefer`],
  [`${at}?channel_binding=disable`],
  [`${at}?channel_binding=always`],
  [`${at}?sslmode=require&channel_binding=require&sslrootcert=ROOT`],
  [at, { PGSSLMODE: "disable" }],
  [at, { PGSSLMODE: "verify-full", PGSSLROOTCERT: "ROOT" }],
  [at, { PGSSLMODE: "verify-full", PGSSLROOTCERT: "STRANGE" }],
  [`${at}?sslmode=disable`, { PGSSLMODE: "require" }],
  [at, { PGREQUIRESSL: "1" }],
  [`${at}?sslmode=disable`, { PGREQUIRESSL: "1" }],
  // Unix sockets
  ["postgres://ann:PW@SOCKETS:PORT/queue"],
  ["postgres://ann:PW@/queue?host=SOCKETS&port=PORT"],
  ["postgres://ann:PW@/queue?host=DIRECTORY&port=PORT"],
  ["postgres:///queue?host=DIRECTORY&port=PORT&user=ann&password=PW"],
  ["postgres://ann:PW@SOCKETS:PORT/queue?sslmode=require"],
  ["postgres://ann:PW@/queue?host=/nowhere&port=PORT"],
  ["postgres://ann:PW@/queue"],
  ["postgres:///queue", { PGHOST: "DIRECTORY", PGPORT: "PORT", PGUSER: "ann", PGPASSWORD: "RAW" }],
  // Several hosts
  ["postgres://ann:PW@localhost:1,localhost:PORT/queue"],
  ["postgres://ann:PW@localhost:PORT,localhost:1/queue"],
  ["postgres://ann:PW@SOCKETS:1,localhost:PORT/queue"],
  ["postgres:///queue?host=nowhere.invalid,localhost&port=PORT&user=ann&password=PW"],
  ["postgres:///queue?host=localhost,localhost&port=1,PORT&user=ann&password=PW"],
  ["postgres:///queue?host=localhost,localhost&port=1,PORT,3&user=ann&password=PW"],
  ["postgres:///queue?host=localhost,localhost&hostaddr=127.0.0.1&port=PORT&user=ann&password=PW"],
  ["postgres://ann:PW@localhost:1,localhost:2/queue"],
  ...["any", "read-write", "primary", "prefer-standby", "read-only", "standby", "best"].map(
    (session) => [`${at}?target_session_attrs=${session}`] as const,
  ),
  [at, { PGTARGETSESSIONATTRS: "standby" }],
  // Variables, services, passfiles
  ["postgres://", { PGHOST: "localhost", PGPORT: "PORT", PGUSER: "ann", PGPASSWORD: "RAW", PGDATABASE: "queue" }],
  ["postgres://nowhere.invalid/queue", { PGHOSTADDR: "127.0.0.1", PGPORT: "PORT", PGUSER: "bob", PGPASSWORD: "bob" }],
  [at, { PGOPTIONS: "-c work_mem=3MB" }],
  [at, { PGCONNECT_TIMEOUT: "5", PGCLIENTENCODING: "UTF8", PGDATESTYLE: "German", PGTZ: "Europe/Berlin" }],
  ["postgres://?service=queue", { PGSERVICEFILE: "HOME/services" }],
  ["postgres://", { PGSERVICEFILE: "HOME/services", PGSERVICE: "queue" }],
  ["postgres://bob:bob@/ann?service=queue", { PGSERVICEFILE: "HOME/services" }],
  ["postgres://?service=queue", { PGSERVICEFILE: "HOME/services", PGUSER: "bob", PGDATABASE: "ann" }],
  ["postgres://?service=nothing", { PGSERVICEFILE: "HOME/services" }],
  ["postgres://?service=odd", { PGSERVICEFILE: "HOME/services" }],
  ["postgres://ann@localhost:PORT/queue?passfile=HOME/passes"],
  ["postgres://ann@localhost:PORT/queue", { PGPASSFILE: "HOME/passes" }],
  ["postgres://bob@127.0.0.1:PORT/queue", { PGPASSFILE: "HOME/passes" }],
  ["postgres://ann@127.0.0.1:PORT/queue", { PGPASSFILE: "HOME/passes" }],
  ["postgres://ann@localhost:PORT/queue?passfile=HOME/open"],
  ["postgres://ann@localhost:PORT/queue?passfile=/nowhere"],
  ["postgres://ann@localhost:PORT/queue"],
];

const ofIPv6: typeof same = [
  ["postgres://ann:PW@[::1]:PORT/queue"],
  ["postgres://ann:PW@[::1]:PORT/queue?sslmode=require"],
  ["postgres://ann:PW@[::1]:PORT,localhost:1/queue"],
  ["postgres://ann:PW@[::1]/queue?port=PORT"],
  ["postgres:///queue?host=::1&port=PORT&user=ann&password=PW"],
  ["postgres://ann:PW@[::1:PORT/queue"],
];

/** Where Debian's servers have their socket. */
const ofDefaultSocket: typeof same = [
  ["postgres://ann:PW@/queue?port=PORT"],
  ["postgres:///queue", { PGPORT: "PORT", PGUSER: "ann", PGPASSWORD: "RAW" }],
];

const accepted = "ann queue 127.0.0.1";

/** The URLs that mean something else here, on purpose. */
const different: readonly (readonly [why: string, url: string, psql: string, ours: string, variables?: Variables])[] = [
  [
    "a piece of the password could be looked up",
    "postgres://ann:x@y@localhost:PORT/queue?password=PW",
    "refused",
    "refused",
  ],
  ["it has two ends to others", `${at}?application_name=a#b`, accepted, "refused"],
  ["all texts are UTF-8", `${at}?application_name=%ff`, accepted, "refused"],
  ["a file that is named is meant", `${at}?sslmode=require&sslcert=/nowhere`, accepted, "refused"],
  ["a file that is named is meant", `${at}?sslmode=require&sslrootcert=/nowhere`, accepted, "refused"],
  [
    "without channel binding, the certificate must prove the server",
    `${at}?sslmode=require&channel_binding=require`,
    accepted,
    "refused",
  ],
  ["TLS is tried first, as with prefer", `${at}?sslmode=allow`, `${accepted} f`, `${accepted} t`],
  ["texts are UTF-8", `${at}?client_encoding=LATIN1`, accepted, `${accepted} t psql 4MB UTF8`],
  ["a conninfo string is no URL", "host=localhost port=PORT user=ann password='RAW' dbname=queue", accepted, "refused"],
  ["no driver checks it", at, accepted, "refused", { PGREQUIREPEER: "postgres" }],
  ["no driver reads it", at, accepted, "refused", { PGSSLCRLDIR: "/nowhere" }],
  ["its commands have their own names", at, `${accepted} t ours`, `${accepted} t psql`, { PGAPPNAME: "ours" }],
];

const inOrder = (name: string, [url, variables]: (typeof same)[number]): string =>
  `${name} ${url}${variables === undefined ? "" : ` ${JSON.stringify(variables)}`}`;

const fill = (variables: Variables = {}): Variables =>
  Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, filled(value)]));

for (const [rows, can] of [
  [same, hasPsql],
  [ofIPv6, hasPsql && hasIPv6],
  [ofDefaultSocket, hasPsql && hasSocketDirectory],
] as const) {
  for (const row of rows) {
    test.skipIf(!can)(inOrder("psql and we agree about", row), async () => {
      const [url, variables] = [filled(row[0]), fill(row[1])];
      const theirs = await ofPsql(url, variables);
      expect([...new Set(await ofDrivers(url, variables))]).toEqual([theirs]);
    });
  }
}

for (const [why, url, psql, ours, variables] of different) {
  test.skipIf(!hasPsql)(`differs, since ${why}: ${url}`, async () => {
    expect(await ofPsql(filled(url), fill(variables))).toMatch(new RegExp(`^${psql}`));
    for (const each of await ofDrivers(filled(url), fill(variables))) expect(each).toMatch(new RegExp(`^${ours}`));
  });
}

test("the table has at least 60 URLs", () => {
  expect(same.length + ofIPv6.length + different.length).toBeGreaterThanOrEqual(60);
});
