import type { Deployment } from "../queue/deployment.js";
import { printable } from "./printable.js";

/** As the predecessor writes it: "42 deployed api(@v1.2.3): (hotfix) (https://…)". Of its four states, the timestamps decide. */
export function summaryAsBefore(deployment: Deployment): string {
  const note = deployment.note === null ? "" : `: (${deployment.note})`;
  const url = deployment.url === null ? "" : ` (${deployment.url})`;
  const what = `${deployment.component}(@${deployment.version ?? "unknown"})`;
  return printable(`${deployment.id} ${verb(deployment)} ${what}${note}${url}`);
}

function verb({ cancellation_timestamp, finish_timestamp, start_timestamp }: Deployment): string {
  if (cancellation_timestamp !== null) {
    return "cancelled";
  }
  return finish_timestamp !== null ? "deployed" : start_timestamp !== null ? "deploying" : "queued";
}
