import { complaint, run, serverAccount } from "./account.js";
import { installBinaries } from "./binaries.js";
import type { Cluster } from "./directory.js";
import { EmbeddedServerError } from "./EmbeddedServerError.js";
import { isAlive, readPostmaster } from "./postmaster.js";

export async function stopServer(cluster: Cluster): Promise<void> {
  const account = await serverAccount(cluster);
  const { pgCtl } = await installBinaries(cluster.directory);
  const args = ["stop", "--pgdata", cluster.data, "--mode=fast", "--wait", "--timeout=120", "--silent"];
  const { succeeded, output } = await run(account, pgCtl, args);
  // Another process may have stopped it first.
  const left = await readPostmaster(cluster);
  if (succeeded || left === undefined || !(await isAlive(cluster, left))) return;
  throw new EmbeddedServerError(
    `The embedded PostgreSQL in ${cluster.directory} did not stop: ${complaint(output)} (log: ${cluster.log}).`,
    { cause: output },
  );
}
