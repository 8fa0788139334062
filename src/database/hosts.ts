import { existsSync } from "node:fs";

export interface Host {
  /** A name, an IP address, or the directory of a Unix socket; "@" before one without a file. */
  readonly name: string;
  /** Where it is, if that is not to be looked up. */
  readonly address: string | undefined;
  readonly port: number;
}

/** Directories in which servers have their socket: of Debian and others, and of PostgreSQL itself. */
const socketDirectories = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

type Given = (keyword: string) => string | undefined;

/**
 * What keywords of libpq say, of which each may be a list. Without a host, a server on this machine: by its socket, else by TCP unless
 * that is surely not meant.
 * @param mayBeTcp whether TCP may be meant where no host is named
 */
export function hostsOf(
  given: Given,
  mayBeTcp: boolean,
  malformed: (reason: string) => Error,
): readonly [Host, ...Host[]] {
  const [names, addresses, ports] = [list(given("host")), list(given("hostaddr")), list(given("port"))];
  const count = Math.max(names.length, addresses.length, 1);
  if ([names.length, addresses.length].some((length) => length > 0 && length !== count)) {
    throw malformed("host and hostaddr do not have the same number of entries");
  }
  if (ports.length > 1 && ports.length !== count) {
    throw malformed("it has neither one port nor one for each host");
  }
  const hostAt = (index: number): Host => {
    const port = portOf((ports.length > 1 ? ports[index] : ports[0]) || "5432", malformed);
    const address = addresses[index] || undefined;
    const name = names[index] || address || (defaultSocket(port) ?? (mayBeTcp ? "localhost" : ""));
    if (name === "") {
      throw malformed("it names no host, and no server has a socket on this machine");
    }
    for (const one of [name, address ?? ""]) {
      if (!/^(?:[/@].*|[\p{L}\p{N}._-]*|[0-9a-fA-F:.]+(?:%\w+)?)$/u.test(one)) {
        throw malformed("a host has characters that no name of a host has");
      }
    }
    return { name, address, port };
  };
  return [hostAt(0), ...Array.from({ length: count - 1 }, (_, index) => hostAt(index + 1))];
}

function list(value: string | undefined): readonly string[] {
  return value === undefined ? [] : value.split(",");
}

function portOf(text: string, malformed: (reason: string) => Error): number {
  const port = Number(text);
  if (!/^\s*\d+\s*$/.test(text) || port < 1 || port > 65_535) {
    throw malformed("a port is not a number between 1 and 65535");
  }
  return port;
}

function defaultSocket(port: number): string | undefined {
  return socketDirectories.find((directory) => existsSync(`${directory}/.s.PGSQL.${port}`));
}

/** The path of a Unix socket; undefined for a host of the network. */
export function socketPath({ name, address, port }: Host): string | undefined {
  if (address !== undefined || !/^[/@]/.test(name)) {
    return undefined;
  }
  // A socket without a file has a name that begins with a zero byte.
  return `${name.replace(/^@/, "\0")}/.s.PGSQL.${port}`;
}

/** Whether no other machine can be in between: a Unix socket or a loopback address. */
export function isLocal(host: Host): boolean {
  return socketPath(host) !== undefined || /^(?:localhost|127(?:\.\d+){3}|::1)$/.test(host.address ?? host.name);
}
