import type { Database } from "./database.js";
import { primaryUrl } from "./primary.js";

/**
 * The same database as a URL for node-postgres, which insists on a database name and knows one host only: the one that
 * takes writes.
 */
export async function nodePostgresUrl(url: string, database: Database): Promise<string> {
  const [row] = await database.query<{ name: string }>((sql) => sql`select current_database() as name`);
  const named = url.replace(/^([a-z]+:\/\/[^/?]*)\/?(?=$|\?)/, `$1/${encodeURIComponent(row?.name ?? "")}`);
  return withSharedMeaningOfSslMode(await primaryUrl(named));
}

/** "require" asks for encryption and for no more, as everywhere else; node-postgres alone would verify the certificate. */
function withSharedMeaningOfSslMode(url: string): string {
  return /[?&]sslmode=require(?:&|$)/.test(url) && !url.includes("uselibpqcompat=")
    ? `${url}&uselibpqcompat=true`
    : url;
}
