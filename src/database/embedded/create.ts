import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Account, complaint, handTo, run } from "./account.js";
import type { Binaries } from "./binaries.js";
import { type Cluster, clusterIn } from "./directory.js";
import { EmbeddedServerError } from "./EmbeddedServerError.js";
import { exists, publish, temporaryBeside } from "./files.js";

/**
 * Creates data, password and database under a temporary name and publishes them by one rename, so that of several
 * processes one wins whole and a killed one leaves nothing under the real name. False when another one's is there.
 */
export async function createCluster(
  cluster: Cluster,
  binaries: Binaries,
  account: Account,
  durable: boolean,
): Promise<boolean> {
  if (await exists(cluster.home)) return false;
  const draft = clusterIn(cluster.directory, basename(temporaryBeside(cluster.directory)));
  try {
    await mkdir(draft.home);
    await chmod(draft.home, account === undefined ? 0o700 : 0o755);
    await mkdir(draft.data, { mode: 0o700 });
    await handTo(account, draft.data);
    await writeFile(draft.password, randomBytes(24).toString("base64url"), { mode: 0o600 });
    await handTo(account, draft.password);
    await succeed(cluster, account, binaries.initdb, [
      ...["--pgdata", draft.data, "--username=deploy_queue", `--pwfile=${draft.password}`, "--auth=scram-sha-256"],
      ...["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
      ...(durable ? [] : ["--no-sync"]),
    ]);
    const single = ["--single", "-D", draft.data, "-c", "exit_on_error=on", "-c", `fsync=${durable ? "on" : "off"}`];
    await succeed(cluster, account, binaries.postgres, [...single, "postgres"], "create database deploy_queue\n");
    if (account !== undefined) await chown(draft.password, 0, 0);
    return await publish(draft.home, cluster.home);
  } finally {
    await rm(draft.home, { recursive: true, force: true });
  }
}

async function succeed(cluster: Cluster, account: Account, program: string, args: string[], input = ""): Promise<void> {
  const { succeeded, output } = await run(account, program, args, input);
  if (succeeded) return;
  throw new EmbeddedServerError(
    `The embedded PostgreSQL could not create its data in ${cluster.directory}: ${complaint(output)} (${basename(program)}).`,
    { cause: output },
  );
}
