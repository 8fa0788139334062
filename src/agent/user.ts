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
  const own = userInfo();
  if (name === undefined && own.uid === 0) {
    throw new InvalidValueError("it is missing: commands would run as root. Say user: root where that is meant");
  }
  if (name === undefined || name === own.username) {
    return { name: own.username, home: own.homedir, ids: undefined, prefix: [] };
  }
  if (process.getuid?.() !== 0) {
    throw new InvalidValueError(`only root can run commands as ${name}, and this process is ${own.username}`);
  }
  const { stdout } = await run("getent", ["passwd", "--", name]).catch(() => {
    throw new InvalidValueError(`this machine has no user ${name}`);
  });
  const [, , uid = "", gid = "", , home = "/"] = stdout.trim().split(":");
  await run("setpriv", ["--version"]).catch(() => {
    throw new InvalidValueError(`to run commands as ${name} takes setpriv, of the package util-linux`);
  });
  const prefix = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--init-groups", "--"];
  return { name, home, ids: { uid: Number(uid), gid: Number(gid) }, prefix };
}
