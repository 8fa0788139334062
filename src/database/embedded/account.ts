import { spawn } from "node:child_process";
import { chmod, chown, mkdir, readFile, stat } from "node:fs/promises";
import { dirname, parse } from "node:path";
import type { Cluster } from "./directory.js";
import { EmbeddedServerError } from "./EmbeddedServerError.js";
import { unlessMissing } from "./files.js";

/** The user of the server when the caller is root, whom PostgreSQL refuses; undefined means the caller. */
export type Account = { readonly uid: number; readonly gid: number } | undefined;

export async function serverAccount(cluster: Cluster): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined;
  const data = await unlessMissing(stat(cluster.data));
  return data === undefined ? await nobody() : { uid: data.uid, gid: data.gid };
}

async function nobody(): Promise<Account> {
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  const [, uid, gid] = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(passwd) ?? [];
  if (uid === undefined || gid === undefined) {
    throw new EmbeddedServerError(
      "PostgreSQL does not run as root and /etc/passwd has no user nobody to run it as; run as an ordinary user, or set DEPLOY_QUEUE_DATABASE_URL to use a server of your own.",
    );
  }
  return { uid: Number(uid), gid: Number(gid) };
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
  const first = await mkdir(directory, { recursive: true, mode: account === undefined ? 0o700 : 0o755 });
  if (account === undefined) return;
  // A strict umask must not close what root has just made.
  for (let path = directory; first !== undefined && path.length >= first.length; path = dirname(path)) {
    await chmod(path, 0o755);
  }
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
