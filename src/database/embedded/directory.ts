import { join, resolve } from "node:path";
import { EmbeddedServerError } from "./EmbeddedServerError.js";

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
export async function embeddedDirectory(): Promise<string> {
  const chosen = process.env["DEPLOY_QUEUE_DATA_DIRECTORY"];
  if (chosen) return chosen;
  if (process.getuid?.() === 0) return "/var/lib/deploy-queue";
  // It looks for the home of the user as soon as it is loaded. A user without a name, as in many containers, has none.
  const paths = await import("env-paths").catch((cause: unknown) => {
    throw new EmbeddedServerError(
      "The user of this process has no home for a PostgreSQL of its own; set DEPLOY_QUEUE_DATABASE_URL to use a server of your own.",
      { cause },
    );
  });
  return paths.default("deploy-queue", { suffix: "" }).data;
}

export function clusterIn(path: string, name = `postgres-${majorVersion}`): Cluster {
  const directory = resolve(path);
  const home = join(directory, name);
  return { directory, home, data: join(home, "data"), log: join(home, "log"), password: join(home, "password") };
}
