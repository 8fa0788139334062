import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { promisify } from "node:util";
import { InvalidValueError } from "../queue/errors.js";

/** Whom commands run as. */
export interface User {
  readonly name: string;
  readonly home: string;
  /** Undefined when it is the user of this process. */
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
  /** What a command line begins with so that it runs as the user, with all groups of the user. */
  readonly prefix: readonly string[];
}

const run = promisify(execFile);

/**
 * The user of this process, or another one, which takes root. Node.js cannot give a child process the supplementary groups of a user,
 * so setpriv of util-linux does.
 * @throws InvalidValueError
 */
export async function findUser(name: string | undefined): Promise<User> {
  const isRoot = process.getuid?.() === 0;
  if (name === undefined && isRoot) {
    throw new InvalidValueError("it is missing: commands would run as root. Say user: root where that is meant");
  }
  // Bun takes the name from the environment, which may name another user.
  const own = (await accountOf(String(process.getuid?.()))) ?? accountOfRuntime();
  if (name === undefined || name === own.name) {
    return { name: own.name, home: own.home, ids: undefined, prefix: [] };
  }
  if (!isRoot) {
    throw new InvalidValueError(`only root can run commands as ${name}, and this process is ${own.name}`);
  }
  const account = await accountOf(name);
  if (account === undefined) {
    throw new InvalidValueError(`this machine has no user ${name}`);
  }
  const { uid, gid, home } = account;
  await run("setpriv", ["--version"]).catch(() => {
    throw new InvalidValueError(`to run commands as ${name} takes setpriv, of the package util-linux`);
  });
  const prefix = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--init-groups", "--"];
  return { name, home, ids: { uid, gid }, prefix };
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** @param key a name or a number */
async function accountOf(key: string): Promise<Account | undefined> {
  const { stdout } = await run("getent", ["passwd", "--", key]).catch(() => ({ stdout: "" }));
  const [name = "", , uid = "", gid = "", , home = "/"] = stdout.trim().split(":");
  return name === "" ? undefined : { name, uid: Number(uid), gid: Number(gid), home };
}

function accountOfRuntime(): Account {
  const { username, uid, gid, homedir } = userInfo();
  return { name: username, uid, gid, home: homedir };
}
