import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Account, complaint, handTo, run } from "./account.js";
import type { Binaries } from "./binaries.js";
import { type Cluster, clusterIn } from "./directory.js";
import { EmbeddedServerError } from "./EmbeddedServerError.js";
import { publish } from "./files.js";

/** Creates data, password and database; false when they are there already. */
export function createCluster(
  cluster: Cluster,
  binaries: Binaries,
  account: Account,
  durable: boolean,
): Promise<boolean> {
  return publish(cluster.home, async (temporary) => {
    const draft = clusterIn(cluster.directory, basename(temporary));
    if (account !== undefined) await chown(draft.home, 0, account.gid);
    await chmod(draft.home, account === undefined ? 0o700 : 0o710);
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
  });
}

async function succeed(cluster: Cluster, account: Account, program: string, args: string[], input = ""): Promise<void> {
  const { succeeded, output } = await run(account, program, args, input);
  if (succeeded) return;
  throw new EmbeddedServerError(
    `The embedded PostgreSQL could not create its data in ${cluster.directory}: ${complaint(output)} (${basename(program)}).`,
    { cause: output },
  );
}
