import { join, resolve } from "node:path";
import envPaths from "env-paths";

/** A data directory belongs to one major version; the next one starts beside it. */
const majorVersion = "18";

/** Where one user's server keeps its files. `home` appears complete, by a rename, or not at all. */
export interface Cluster {
  readonly directory: string;
  readonly home: string;
  readonly data: string;
  readonly log: string;
  readonly password: string;
}

/** Root's own home is usually closed to the unprivileged user PostgreSQL has to run as. */
export function embeddedDirectory(): string {
  const chosen = process.env["DEPLOY_QUEUE_DATA_DIRECTORY"];
  if (chosen) return chosen;
  if (process.getuid?.() === 0) return "/var/lib/deploy-queue";
  return envPaths("deploy-queue", { suffix: "" }).data;
}

export function clusterIn(path: string, name = `postgres-${majorVersion}`): Cluster {
  const directory = resolve(path);
  const home = join(directory, name);
  return { directory, home, data: join(home, "data"), log: join(home, "log"), password: join(home, "password") };
}
