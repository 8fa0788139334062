import { existsSync } from "node:fs";
import { isatty } from "node:tty";

/**
 * Where this process runs, if that is a place for programs that must share one queue: there, a private server coordinates nothing. A person
 * at a terminal is asked for nothing; CI says what it is even where it has a terminal.
 */
export function sharedPlace(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (isTrue(environment["CI"])) {
    return "in CI";
  }
  if (isatty(0) || isatty(2)) {
    return undefined;
  }
  const signs: readonly (readonly [place: string, isThere: boolean])[] = [
    ["in Kubernetes", Boolean(environment["KUBERNETES_SERVICE_HOST"])],
    ["in a container", Boolean(environment["container"]) || ["/.dockerenv", "/run/.containerenv"].some(existsSync)],
    ["in a service of systemd", Boolean(environment["INVOCATION_ID"])],
  ];
  return signs.find(([, isThere]) => isThere)?.[0];
}

/** Whether a variable such as CI is on. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(?:true|1)$/i.test(value);
}
