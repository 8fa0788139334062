import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { chmod, chown, readFile, stat } from "node:fs/promises";
import { dirname, parse } from "node:path";
import type { Cluster } from "./directory.js";
import { EmbeddedServerError } from "./EmbeddedServerError.js";
import { makeDirectories, unlessMissing } from "./files.js";

/**
 * The user of the server when the caller is root, whom PostgreSQL refuses; undefined means the caller. That Unix user may run other programs
 * too, so the server has a group of its own, and only that group may enter the directory around its data.
 */
export type Account = { readonly uid: number; readonly gid: number } | undefined;

export async function serverAccount(cluster: Cluster): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined;
  const data = await unlessMissing(stat(cluster.data));
  return data === undefined ? await nobody() : { uid: data.uid, gid: data.gid };
}

/** Closes the directory around the data of root's server to all others. Those of earlier versions were open, in a shared group. */
export async function closeToOthers(cluster: Cluster, account: Account): Promise<Account> {
  if (account === undefined) return undefined;
  const home = await stat(cluster.home);
  if (home.gid === account.gid && (home.mode & 0o777) === 0o710) return account;
  const own = { uid: account.uid, gid: await freeGroup() };
  await handTo(own, cluster.data);
  await chown(cluster.home, 0, own.gid);
  await chmod(cluster.home, 0o710);
  return own;
}

/** A number in the range that systemd keeps for passing users, which container runtimes map as well. */
async function freeGroup(): Promise<number> {
  const groups = await readFile("/etc/group", "utf8").catch(() => "");
  const taken = new Set([...groups.matchAll(/^[^:]*:[^:]*:(\d+):/gm)].map(([, gid]) => Number(gid)));
  for (;;) {
    const gid = randomInt(61_184, 65_520);
    if (!taken.has(gid)) return gid;
  }
}

async function nobody(): Promise<Account> {
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  const [, uid] = /^nobody:[^:]*:(-?\d+):/m.exec(passwd) ?? [];
  if (uid === undefined) {
    throw new EmbeddedServerError(
      "PostgreSQL does not run as root and /etc/passwd has no user nobody to run it as; run as an ordinary user, or set DEPLOY_QUEUE_DATABASE_URL to use a server of your own.",
    );
  }
  return { uid: Number(uid), gid: await freeGroup() };
}

export async function handTo(account: Account, path: string): Promise<void> {
  // macOS calls nobody -2; chown wants it unsigned, spawn signed.
  if (account !== undefined) await chown(path, account.uid >>> 0, account.gid >>> 0);
}

/** Environment and identity of every child: secrets of the caller must not live on in a server that outlasts it. */
export function childOptions(account: Account, directory: string) {
  const { PATH, SystemRoot, LD_LIBRARY_PATH } = process.env;
  return {
    cwd: parse(directory).root,
    env: { PATH, SystemRoot, LD_LIBRARY_PATH, LC_ALL: "C", TZ: "UTC" },
    // Its own session: neither Ctrl-C nor the terminal's hang-up reaches it.
    detached: true,
    windowsHide: true,
    ...(account === undefined ? {} : { uid: account.uid | 0, gid: account.gid | 0 }),
  };
}

export interface Outcome {
  readonly succeeded: boolean;
  readonly output: string;
}

export function run(account: Account, file: string, args: readonly string[], input = ""): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...childOptions(account, file), stdio: "pipe" });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    // A child that fails before it reads breaks the pipe; its exit code tells the story.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.on("error", reject);
    child.on("close", (code) => resolve({ succeeded: code === 0, output }));
  });
}

/** The line of a PostgreSQL program's output that says what went wrong. */
export function complaint(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const line = lines.findLast((each) => /\b(FATAL|PANIC|ERROR|error):/.test(each)) ?? lines.at(-1) ?? "no output";
  return line.replace(/^.*?\b(FATAL|PANIC|ERROR|error):\s*/, "").trim();
}

export async function prepareDirectory(directory: string, account: Account): Promise<void> {
  // initdb runs its siblings through a shell, in double quotes.
  if (process.platform !== "win32" && /["$`\\\n]/.test(directory)) {
    throw new EmbeddedServerError(
      `PostgreSQL cannot live in ${directory}, a path with a quote, dollar, backquote, backslash or line break; set DEPLOY_QUEUE_DATA_DIRECTORY to another.`,
    );
  }
  const made = await makeDirectories(directory, account === undefined ? 0o700 : 0o755);
  if (account === undefined) return;
  // A strict umask must not close what root has just made.
  for (const path of made) await chmod(path, 0o755);
  if (await canEnter(account, directory)) return;
  const ancestors = [directory];
  for (let path = dirname(directory); path !== ancestors[0]; path = dirname(path)) ancestors.unshift(path);
  for (const path of ancestors) {
    if (await canEnter(account, path)) continue;
    throw new EmbeddedServerError(
      `PostgreSQL does not run as root but as uid ${account.uid}, which may not enter ${path}; set DEPLOY_QUEUE_DATA_DIRECTORY to a directory that every user can enter.`,
    );
  }
}

async function canEnter(account: Account, directory: string): Promise<boolean> {
  return (await run(account, "/bin/sh", ["-c", 'cd -- "$1"', "sh", directory])).succeeded;
}
