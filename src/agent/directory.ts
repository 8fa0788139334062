import { randomUUID } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { type FileHandle, open, readlink, realpath, rename, rm, writeFile } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";
import { InvalidValueError, reasonOf } from "../queue/errors.js";

/** Where the system shows the open files of this process, by which a folder stays the same when its path is changed meanwhile. */
const openFiles = "/proc/self/fd";

/** A folder that a target allows, held open. */
export interface WorkingDirectory {
  /** Without symbolic links. */
  readonly path: string;
  /** Replaces a file in it at once, readable only for this user, and follows no link. */
  write(name: string, text: string, owner: { readonly uid: number; readonly gid: number } | undefined): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the folder that a deployment names, when it is one of the allowed ones, or below one, wherever symbolic links lead.
 * @throws InvalidValueError
 */
export async function openDirectory(wanted: string, allowed: readonly string[]): Promise<WorkingDirectory> {
  const refuse = (why: string): never => {
    throw new InvalidValueError(`the directory ${wanted} is refused: ${why}`);
  };
  if (!isAbsolute(wanted) || wanted.split(sep).includes("..")) {
    refuse("it must be a whole path without ..");
  }
  const path = await realpath(wanted).catch((error: unknown) => refuse(reasonOf(error)));
  const roots = await Promise.all(allowed.map((directory) => realpath(directory).catch(() => undefined)));
  const isAllowed = (place: string): boolean =>
    roots.some(
      (root) => root !== undefined && (place === root || place.startsWith(root === sep ? sep : `${root}${sep}`)),
    );
  if (!isAllowed(path)) {
    refuse(path === wanted ? "the target does not name it" : `it leads to ${path}, which the target does not name`);
  }
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(
    (error: unknown) => refuse(reasonOf(error)),
  );
  const place = existsSync(openFiles) ? `${openFiles}/${handle.fd}` : path;
  // A part of the path may have become a link between the look and the opening.
  if (place !== path && !isAllowed(await readlink(place))) {
    await handle.close();
    refuse("it has changed meanwhile");
  }
  return {
    path,
    async write(name, text, owner) {
      const draft = join(place, `${name}.${randomUUID()}`);
      let file: FileHandle | undefined;
      try {
        // Fails where anything has the name, a link as well.
        file = await open(draft, "wx", 0o600);
        await writeFile(file, text);
        if (owner !== undefined) {
          await file.chown(owner.uid, owner.gid);
        }
        await file.close();
        // What stands there is replaced; were it a link, the link itself.
        await rename(draft, join(place, name));
      } catch (error) {
        await file?.close().catch(() => undefined);
        await rm(draft, { force: true });
        throw new InvalidValueError(`${join(path, name)} cannot be written: ${reasonOf(error)}`, { cause: error });
      }
    },
    close: () => handle.close(),
  };
}
