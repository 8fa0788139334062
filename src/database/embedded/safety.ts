import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Cluster } from "./directory.js";
import { EmbeddedServerError } from "./EmbeddedServerError.js";
import { exists } from "./files.js";

const cure = "set DEPLOY_QUEUE_DATA_DIRECTORY to a directory of your own";

/** Refuses a directory that another user could change or replace, as ssh does with its own. */
export async function refuseUnsafe(cluster: Cluster): Promise<void> {
  if (process.getuid === undefined) return;
  for (const path of [cluster.home, cluster.directory]) {
    if (await exists(path)) await refuse(path, true);
  }
  let path = cluster.directory;
  while (!(await exists(path))) path = dirname(path);
  for (path = await realpath(path); path !== dirname(path); path = dirname(path)) {
    await refuse(path, false);
  }
}

async function refuse(path: string, isOwn: boolean): Promise<void> {
  const { uid, gid, mode } = await stat(path);
  if (uid !== 0 && uid !== process.getuid?.()) {
    throw new EmbeddedServerError(
      `${path} belongs to another user (uid ${uid}), who could change what runs here; ${cure}.`,
    );
  }
  // In a directory such as /tmp, each user can replace only what is their own. A group of one's own is that of many homes.
  const isSticky = (mode & 0o1000) !== 0 && !isOwn;
  const writers = isOwn || gid !== process.getgid?.() ? 0o022 : 0o002;
  if ((mode & writers) !== 0 && !isSticky) {
    throw new EmbeddedServerError(`${path} can be written by other users; run chmod go-w on it, or ${cure}.`);
  }
}
