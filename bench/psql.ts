import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Debian's /usr/bin/psql is a Perl script, slower than what it chooses: the newest of these. */
const debian = "/usr/lib/postgresql";

export interface Psql {
  readonly path: string;
  /** Such as "psql 18.4". */
  readonly name: string;
}

/** The psql of this machine; undefined when there is none. */
export function findPsql(): Psql | undefined {
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  for (const path of [...versions.map((version) => join(debian, version, "bin/psql")), "psql"]) {
    const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
    if (status === 0) return { path, name: `psql ${/[\d.]+/.exec(stdout)?.[0]}` };
  }
  return undefined;
}
