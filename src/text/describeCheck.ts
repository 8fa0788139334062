import type { Check } from "../queue/calls/checks.js";
import { formatMoment } from "./moments.js";
import { printable } from "./printable.js";

/** "check e2e passed for api@v3, which counts until 2030-01-02T03:04:05Z" */
export function describeCheck({ name, state, component, version, expires_at }: Check): string {
  const until = expires_at === null ? "" : `, which counts until ${formatMoment(expires_at)}`;
  return printable(`check ${name} ${state} for ${component}@${version}${until}`);
}
