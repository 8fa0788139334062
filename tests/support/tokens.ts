import { createHash, randomBytes } from "node:crypto";
import type { TestSql } from "./database.js";

export interface Limits {
  readonly environments?: readonly string[];
  readonly components?: readonly string[];
  readonly functions?: readonly string[];
  readonly validFor?: string;
  readonly mostLive?: number;
}

/** Makes a token of that kind; gives back what a server passes on: the SHA-256 of its secret. */
export async function newToken(
  sql: TestSql,
  name: string,
  kind: string,
  limits: Limits = {},
  hash = createHash("sha256").update(randomBytes(32)).digest(),
): Promise<Buffer> {
  const listed = (names: readonly string[] | undefined) => (names === undefined ? null : `{${names.join()}}`);
  await sql`
    select deploy_queue.create_token(
      name => ${name}, kind => ${kind}, hash => ${hash}, environments => ${listed(limits.environments)}::text::text[],
      components => ${listed(limits.components)}::text::text[], functions => ${listed(limits.functions)}::text::text[],
      valid_for => ${limits.validFor ?? null}, most_live => ${limits.mostLive ?? null}
    )`;
  return hash;
}
