interface SystemError extends Error {
  readonly code: string;
  readonly path?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly hostname?: unknown;
}

/** What the operating system and the driver mean by their codes. */
const meanings: Readonly<Record<string, (error: SystemError) => string>> = {
  CONNECT_TIMEOUT: () => "there was no answer in time",
  CONNECTION_CLOSED: () => "the connection was broken off",
  CONNECTION_DESTROYED: () => "the connection was given up",
  CONNECTION_ENDED: () => "the connection was given up",
  E2BIG: () => "its arguments or its environment are too long",
  EACCES: ({ path }) => `${named(path, "it")} may not be used by this user`,
  EADDRINUSE: () => "the port is in use",
  EAI_AGAIN: ({ hostname }) => `the name ${named(hostname, "of the host")} cannot be looked up now`,
  EAI_FAIL: ({ hostname }) => `the name ${named(hostname, "of the host")} cannot be looked up`,
  ECONNREFUSED: ({ address, port }) =>
    `nothing answers at ${[address, port].filter(Boolean).join(":") || "its address"}`,
  ECONNRESET: () => "the connection was broken off",
  EEXIST: ({ path }) => `${named(path, "it")} is there already`,
  EHOSTUNREACH: () => "there is no way to its network",
  EISDIR: ({ path }) => `${named(path, "it")} is a folder`,
  EMFILE: () => "this process has too many files open",
  ENETUNREACH: () => "there is no way to its network",
  ENFILE: () => "this machine has too many files open",
  ENOENT: ({ path, address }) => `there is no ${named(path ?? address, "such file")}`,
  ENOSPC: () => "the disk is full",
  ENOTDIR: ({ path }) => `a part of ${named(path, "the path")} is no folder`,
  ENOTFOUND: ({ hostname }) => `there is no host ${named(hostname, "of this name")}`,
  EPERM: ({ path }) => `${named(path, "it")} may not be changed by this user`,
  EPIPE: () => "the other side has closed the connection",
  EPROTO: () => "the other side does not speak TLS as it should",
  EROFS: ({ path }) => `${named(path, "it")} is on a file system that is read-only`,
  ETIMEDOUT: () => "there was no answer in time",
};

/** Why something failed, for a person: what the operating system or the driver says in codes is a sentence. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") {
    // Several addresses of one host fail as one error without a message of its own.
    return error.errors.map(reasonOf).join(", ");
  }
  if (!(error instanceof Error)) {
    return String(error);
  }
  // A message of ours has a code beside it, and does not contain it.
  const code = "code" in error ? String(error.code) : "";
  const meaning = error.message.includes(code) ? meanings[code] : undefined;
  return meaning === undefined ? error.message : meaning({ ...error, name: error.name, message: error.message, code });
}

/** The same without the name of the file, which may be a piece of a password. */
export function reasonWithoutFile(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return meanings[code]?.({ name: "", message: "", code }) ?? "it is not what it should be";
}

function named(name: unknown, otherwise: string): string {
  return typeof name === "string" && name !== "" ? name : otherwise;
}
