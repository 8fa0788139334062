import { existsSync, readFileSync } from "node:fs";
import type { ConnectionOptions, SecureVersion } from "node:tls";
import { InvalidValueError } from "./errors.js";
import { inHome } from "./libpqFiles.js";
import { reasonWithoutFile } from "./reasons.js";

/** How a connection is encrypted. */
export interface Tls {
  /** Whether it is tried, given up where the server has none, or insisted on. */
  readonly use: "never" | "if offered" | "always";
  /** What must be right about the certificate of the server. "issuer": that the root certificate has signed it. */
  readonly verified: "nothing" | "issuer" | "name";
  /** Files; without a root certificate those count that Node.js brings. */
  readonly rootCertificate: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** Of the key. */
  readonly passphrase: string | undefined;
  /** A list of certificates that do not count any more. */
  readonly revoked: string | undefined;
  readonly minVersion: SecureVersion | undefined;
  readonly maxVersion: SecureVersion | undefined;
  /** Whether to begin with TLS instead of asking for it. */
  readonly direct: boolean;
}

const modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/**
 * What libpq means by sslmode and its companions. Stricter in three ways: allow tries TLS first as prefer does; channel_binding=require,
 * which the drivers cannot do, verifies the certificate and the name instead; and verify-full needs no root certificate.
 * @param given the value of a keyword of libpq
 * @throws InvalidValueError
 */
export function tlsOf(given: (keyword: string) => string | undefined): Tls {
  const root = given("sslrootcert") || ownFile("root.crt");
  const system = root === "system";
  const mode = given("sslmode") ?? (system ? "verify-full" : "prefer");
  if (!modes.includes(mode)) {
    throw new InvalidValueError(`sslmode must be one of ${modes.join(", ")}`, { hint: whereFrom("PGSSLMODE") });
  }
  const binding = given("channel_binding") ?? "prefer";
  if (!["disable", "prefer", "require"].includes(binding)) {
    throw new InvalidValueError("channel_binding must be one of disable, prefer, require", {
      hint: whereFrom("PGCHANNELBINDING"),
    });
  }
  const negotiation = given("sslnegotiation") ?? "postgres";
  if (!["postgres", "direct"].includes(negotiation)) {
    throw new InvalidValueError("sslnegotiation must be postgres or direct", { hint: whereFrom("PGSSLNEGOTIATION") });
  }
  if (given("gssencmode") === "require") {
    throw new InvalidValueError("gssencmode=require cannot be met: connections are encrypted by TLS only", {
      hint: `Use sslmode=verify-full instead. ${whereFrom("PGGSSENCMODE")}`,
    });
  }
  const weak = modes.indexOf(mode) < modes.indexOf("require");
  if (weak && (binding === "require" || negotiation === "direct")) {
    const what = binding === "require" ? "channel_binding=require" : "sslnegotiation=direct";
    throw new InvalidValueError(`${what} needs sslmode=require, verify-ca or verify-full`);
  }
  if ((system && mode !== "verify-full") || (mode === "verify-ca" && root === undefined)) {
    throw new InvalidValueError(
      system
        ? "sslrootcert=system needs sslmode=verify-full"
        : "sslmode=verify-ca needs the root certificate that has signed that of the server",
      { hint: "Give its file as sslrootcert, or use sslmode=verify-full, which also checks the name of the host." },
    );
  }
  return {
    use: mode === "disable" ? "never" : weak ? "if offered" : "always",
    verified: verification(mode, binding, root),
    rootCertificate: system ? undefined : root,
    certificate: given("sslcert") || ownFile("postgresql.crt"),
    key: given("sslkey") || ownFile("postgresql.key"),
    passphrase: given("sslpassword") || undefined,
    revoked: given("sslcrl") || ownFile("root.crl"),
    minVersion: versionOf("ssl_min_protocol_version", given),
    maxVersion: versionOf("ssl_max_protocol_version", given),
    direct: negotiation === "direct",
  };
}

function verification(mode: string, binding: string, root: string | undefined): Tls["verified"] {
  if (mode === "verify-full" || binding === "require") {
    return "name";
  }
  // With a root certificate at hand, libpq takes require for verify-ca.
  return mode === "verify-ca" || (mode === "require" && root !== undefined) ? "issuer" : "nothing";
}

const versions: readonly SecureVersion[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

function versionOf(keyword: string, given: (keyword: string) => string | undefined): SecureVersion | undefined {
  const name = given(keyword) || undefined;
  const version = versions.find((known) => known.toLowerCase() === name?.toLowerCase());
  if (name !== undefined && version === undefined) {
    throw new InvalidValueError(`${keyword} must be one of ${versions.join(", ")}`);
  }
  return version;
}

/** For Node.js. @throws InvalidValueError when a file cannot be read */
export function tlsOptions(tls: Tls): ConnectionOptions {
  const root = tls.verified === "nothing" ? undefined : tls.rootCertificate;
  return {
    rejectUnauthorized: tls.verified !== "nothing",
    ...(tls.verified === "issuer" && { checkServerIdentity: () => undefined }),
    ...(root !== undefined && { ca: read("sslrootcert", root) }),
    ...(tls.certificate !== undefined && { cert: read("sslcert", tls.certificate) }),
    ...(tls.key !== undefined && { key: read("sslkey", tls.key) }),
    ...(tls.passphrase !== undefined && { passphrase: tls.passphrase }),
    ...(tls.verified !== "nothing" && tls.revoked !== undefined && { crl: read("sslcrl", tls.revoked) }),
    ...(tls.minVersion !== undefined && { minVersion: tls.minVersion }),
    ...(tls.maxVersion !== undefined && { maxVersion: tls.maxVersion }),
    ...(tls.direct && { ALPNProtocols: ["postgresql"] }),
  };
}

function read(keyword: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new InvalidValueError(`the file that ${keyword} names cannot be read: ${reasonWithoutFile(cause)}`, {
      cause,
    });
  }
}

/** A file in the place where libpq looks for it. */
function ownFile(name: string): string | undefined {
  const path = inHome(".postgresql", name);
  return path !== undefined && existsSync(path) ? path : undefined;
}

function whereFrom(variable: string): string {
  return `The URL says it, or else the variable ${variable}.`;
}
