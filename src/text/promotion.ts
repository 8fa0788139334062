import type { Promotable } from "../queue/calls/promotions.js";
import { componentName } from "./describe.js";
import { formatMoment } from "./moments.js";
import { printable } from "./printable.js";

/** "api@v3 is promoted: it finished last in staging, at 2030-01-02 03:04:05 UTC, as deployment 42" */
export function promotedText(component: string, latest: Promotable, latestFrom: string): string {
  const { version, finished_at, deployment_id } = latest;
  return printable(
    `${componentName({ component, version })} is promoted: it finished last in ${latestFrom}, ` +
      `at ${formatMoment(finished_at)}, as deployment ${deployment_id}`,
  );
}
