import type { DeploymentWithStatus } from "../queue/deployment.js";
import type { Explanation } from "../queue/forecast.js";
import { callAsCommand } from "./callAsCommand.js";
import { deploymentName } from "./describe.js";
import { idleText } from "./describeForecast.js";
import { formatMoment, withOurTimes } from "./moments.js";
import { printable } from "./printable.js";

/**
 * Why a deployment has not started: a line for each reason, and under it what would lift it.
 * @param idle for how many milliseconds it may start, does not, and nobody keeps it
 */
export function explanation(
  deployment: DeploymentWithStatus,
  reasons: readonly Explanation[],
  idle?: number | undefined,
): string {
  if (deployment.status !== "queued" && deployment.status !== "held" && deployment.status !== "reserved") {
    return `${deploymentName(deployment)} waits for nothing: it is ${deployment.status}.`;
  }
  if (reasons.length === 0 && idle !== undefined) {
    const { id } = deployment;
    const end = `If nobody works on it any more: deploy-queue cancel deployment ${id}`;
    return `${deploymentName(deployment)} may start, and is ${idleText(idle)}.\n${end}`;
  }
  if (reasons.length === 0) {
    return `${deploymentName(deployment)} may start: nothing keeps it waiting.`;
  }
  const lines = reasons.flatMap(({ kind, text, until, cures }) => [
    `  ${kind}: ${printable(withOurTimes(text))}${until === null ? "" : `, until ${formatMoment(until)}`}`,
    ...(cures ?? []).map((call) => `    ${printable(callAsCommand(call))}`),
  ]);
  return [`${deploymentName(deployment)} waits:`, ...lines].join("\n");
}
