import { isServerUrl } from "../client/serverUrl.js";
import { Database, type DatabaseOptions } from "../database/database.js";
import { ensureSchema, type SchemaOptions } from "../database/ensureSchema.js";
import { warnOfUnverified } from "../database/protection.js";
import { DatabaseSource } from "./databaseSource.js";
import { HttpSource } from "./httpSource.js";
import type { Source } from "./source.js";

/** Where a queue is: a database; or a server, with a token, or with the one of the CI system. */
export interface Address {
  readonly url: string;
  readonly token?: string | undefined;
}

export function openSource({ url, token, ...options }: Address & DatabaseOptions): Source {
  return isServerUrl(url)
    ? new HttpSource({ ...options, url, token })
    : new DatabaseSource(new Database({ ...options, url }));
}

/** Makes sure that the schema is the one that this program was written for, which a server does by itself; warns of a path on which others read along. */
export async function ensureReady(source: Source, options: SchemaOptions): Promise<void> {
  if (source instanceof HttpSource) {
    return source.ensureVersion(options.onWarning);
  }
  await ensureSchema(source.database, options);
  warnOfUnverified(options.url, options.onWarning);
}
