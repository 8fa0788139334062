import { type ConnectionSettings, connectionSettings, isProtected } from "./connectionSettings.js";
import { isLocal } from "./hosts.js";

export const verifyTls = "Use sslmode=verify-full: docs/connections.md has the URL for each provider.";

/** What keeps others on the way from reading and changing what a connection carries. */
export function describeProtection(settings: ConnectionSettings): string {
  const { hosts, tls } = settings;
  if (hosts.every(isLocal)) {
    return "it does not leave this machine";
  }
  const compared = tls.verified === "name" ? ", and its name is that of the host" : "";
  return isProtected(settings)
    ? `TLS; the certificate of the server is verified${compared}`
    : "no certificate proves that the server is the right one, so other machines on the way can read and change everything";
}

const told = new Set<string>();

/** Warns of a connection over a network without verified TLS, once a process. */
export function warnOfUnverified(url: string, warn: (message: string) => void): void {
  const settings = connectionSettings(url);
  if (!isProtected(settings) && !told.has(url)) {
    told.add(url);
    const names = settings.hosts.map(({ name }) => name).join(", ");
    warn(`the connection to ${names}: ${describeProtection(settings)}. ${verifyTls}`);
  }
}
