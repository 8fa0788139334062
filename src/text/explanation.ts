import type { DeploymentId, DeploymentWithStatus } from "../queue/deployment.js";
import type { Explanation, Forecast } from "../queue/forecast.js";
import { callAsCommand } from "./callAsCommand.js";
import { deploymentName } from "./describe.js";
import { idleText, slotsTaken } from "./describeForecast.js";
import { formatMoment, withOurTimes } from "./moments.js";
import { printable } from "./printable.js";

/**
 * Why a deployment has not started: a line for each reason, and under it what would lift it.
 * @param forecast undefined where it does not wait
 * @param logged the deployments that have a log
 */
export function explanation(
  deployment: DeploymentWithStatus,
  reasons: readonly Explanation[],
  forecast?: Forecast | undefined,
  logged: ReadonlySet<DeploymentId> = new Set(),
): string {
  if (deployment.status !== "queued" && deployment.status !== "held" && deployment.status !== "reserved") {
    return `${deploymentName(deployment)} waits for nothing: it is ${deployment.status}.`;
  }
  const since = forecast?.idle_since?.getTime();
  if (reasons.length === 0 && forecast !== undefined && since !== undefined) {
    const { id } = deployment;
    const idle = forecast.as_of.getTime() - since;
    const end = `If nobody works on it any more: deploy-queue cancel deployment ${id}`;
    return `${deploymentName(deployment)} may start, and is ${idleText(idle)}.\n${end}`;
  }
  if (reasons.length === 0) {
    return `${deploymentName(deployment)} may start: nothing keeps it waiting.`;
  }
  const lines = reasons.flatMap(({ kind, text, until, cures, deployment_id: id }) => [
    `  ${kind}: ${printable(withOurTimes(text))}${until === null ? "" : `, until ${formatMoment(until)}`}`,
    ...(id !== null && logged.has(id) ? [`    deploy-queue logs ${id}`] : []),
    ...(cures ?? []).map((call) => `    ${printable(callAsCommand(call))}`),
  ]);
  const slots = forecast === undefined ? [] : slotsTaken(forecast).map((line) => `  ${line}`);
  return [`${deploymentName(deployment)} waits:`, ...slots, ...lines].join("\n");
}
