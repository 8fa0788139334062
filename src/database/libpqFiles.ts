import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { InvalidValueError } from "./errors.js";
import { type Host, socketPath } from "./hosts.js";

/** A file of this user, in the place where libpq looks for it; undefined without a home. */
export function inHome(...names: readonly string[]): string | undefined {
  try {
    return join(homedir(), ...names);
  } catch {
    return undefined;
  }
}

/**
 * The keywords of a service in PGSERVICEFILE or ~/.pg_service.conf, else in the file of the system.
 * @throws InvalidValueError when there is no such service
 */
export function serviceNamed(name: string): ReadonlyMap<string, string> {
  const own = process.env["PGSERVICEFILE"] ?? inHome(".pg_service.conf");
  const ofSystem = join(process.env["PGSYSCONFDIR"] ?? "/etc/postgresql-common", "pg_service.conf");
  for (const path of [own, ofSystem]) {
    const service = path === undefined ? undefined : serviceIn(contentOf(path), name);
    if (service !== undefined) {
      return service;
    }
  }
  throw new InvalidValueError("the service that the URL or PGSERVICE names is defined in no file", {
    hint: "libpq looks into PGSERVICEFILE, else ~/.pg_service.conf, and then into pg_service.conf in PGSYSCONFDIR.",
  });
}

function serviceIn(content: string, name: string): ReadonlyMap<string, string> | undefined {
  let service: Map<string, string> | undefined;
  for (const line of content.split("\n").map((each) => each.trim())) {
    if (line.startsWith("[")) {
      if (service !== undefined) {
        return service;
      }
      service = line === `[${name}]` ? new Map() : undefined;
    } else if (line !== "" && !line.startsWith("#") && service !== undefined) {
      const [keyword = "", ...value] = line.split("=");
      if (value.length === 0 || keyword === "service") {
        throw new InvalidValueError("the service that the URL or PGSERVICE names has a line that is no keyword=value");
      }
      service.set(keyword, value.join("="));
    }
  }
  return service;
}

const passwordLine = /^((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):(.*)$/;

/** The password in the passfile, by default ~/.pgpass. As with libpq, a file that others may read does not count. */
export function passwordInFile(path: string | undefined, host: Host, database: string, user: string): string {
  const file = path ?? inHome(".pgpass");
  if (file === undefined || isOpenToOthers(file)) {
    return "";
  }
  const name = socketPath(host) !== undefined && host.name === "/var/run/postgresql" ? "localhost" : host.name;
  const wanted = [name, String(host.port), database, user];
  for (const line of contentOf(file).split(/\r?\n/)) {
    const [, ...fields] = (line.startsWith("#") ? null : passwordLine.exec(line)) ?? [];
    const password = fields.pop();
    if (
      password !== undefined &&
      wanted.every((each, index) => fields[index] === "*" || plain(fields[index]) === each)
    ) {
      return plain(password);
    }
  }
  return "";
}

function plain(field = ""): string {
  return field.replace(/\\(.)/g, "$1");
}

function isOpenToOthers(path: string): boolean {
  try {
    const found = statSync(path);
    return !found.isFile() || (process.platform !== "win32" && (found.mode & 0o077) !== 0);
  } catch {
    return true;
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
