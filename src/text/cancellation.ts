import type { Deployment } from "../queue/deployment.js";
import { cellName, cellOf, componentName, deploymentName } from "./describe.js";
import { formatDuration } from "./durations.js";
import { formatMoment } from "./moments.js";
import { printable } from "./printable.js";

/** Whether its keeper was asked to end the work, and has not yet. */
export function isStopping({ stop_timestamp, finish_timestamp, cancellation_timestamp }: Deployment): boolean {
  return stop_timestamp !== null && finish_timestamp === null && cancellation_timestamp === null;
}

/** What has become of a deployment that was to be cancelled. */
export function cancelledText(deployment: Deployment): string {
  const name = deploymentName(deployment);
  return isStopping(deployment)
    ? `${name} is asked to stop; ${holdText(deployment)}`
    : `${name} was cancelled${at(deployment.cancellation_timestamp)}`;
}

/** "Cancelled 2 deployments:" and a line for each; then the same for those that are asked to stop. */
export function cancelledEachText(deployments: readonly Deployment[]): string {
  const stopping = deployments.filter(isStopping);
  const cancelled = deployments.filter((deployment) => !isStopping(deployment));
  const parts = [
    ...(stopping.length > 0 && cancelled.length === 0 ? [] : [listed("Cancelled", cancelled, () => "")]),
    ...(stopping.length > 0 ? [listed("Asked to stop", stopping, (deployment) => `: ${holdText(deployment)}`)] : []),
  ];
  return parts.join("\n");
}

/** What has become of the deployments of a version that was marked bad. */
export function withdrawnEachText(deployments: readonly Deployment[]): string {
  const running = deployments.filter(({ cancellation_timestamp }) => cancellation_timestamp === null);
  const cancelled = deployments.filter((deployment) => !running.includes(deployment));
  return [
    listed("Cancelled", cancelled, () => ""),
    ...(running.length > 0
      ? [listed("Left running", running, ({ id }) => `; "deploy-queue cancel deployment ${id}" stops it`)]
      : []),
  ].join("\n");
}

const shown = 20;

/** What a command is about to cancel: the first of them, each with its state. */
export function meantText(deployments: readonly Deployment[]): string {
  const { length } = deployments;
  const lines = deployments
    .slice(0, shown)
    .map((one) => `  - ${one.id} ${placeText(one)}, ${one.start_timestamp === null ? "queued" : "running"}`);
  return [
    length === 0 ? "Nothing to cancel" : `${length} ${length === 1 ? "deployment" : "deployments"} to cancel:`,
    ...lines,
    ...(length > shown ? [`  and ${length - shown} more`] : []),
  ].join("\n");
}

function listed(what: string, deployments: readonly Deployment[], more: (deployment: Deployment) => string): string {
  const { length } = deployments;
  const title = `${what} ${length} ${length === 1 ? "deployment" : "deployments"}`;
  const lines = deployments.map((deployment) => `  - ${deployment.id} ${placeText(deployment)}${more(deployment)}`);
  return [length > 0 ? `${title}:` : title, ...lines].join("\n");
}

/** "api@v7 in prod-aws-us-west-2-cell-1" */
export function placeText(deployment: Deployment): string {
  return `${printable(componentName(deployment))} in ${cellName(cellOf(deployment))}`;
}

/** Until when a deployment that is asked to stop holds its cell. */
function holdText({ id, stop_timestamp, stop_grace, heartbeat_timestamp, alive_until }: Deployment): string {
  const cure = `"deploy-queue cancel deployment ${id} --force" frees the cell at once`;
  if (stop_grace === null) {
    return `its keeper cannot end the work, so it holds its cell until the work has ended; ${cure}`;
  }
  const hold = "it holds its cell until its command has ended";
  const now = Date.now();
  const sent = Number(heartbeat_timestamp);
  if (alive_until !== null && now - sent > (alive_until.getTime() - sent) / 2) {
    const left = formatDuration(Math.max(0, alive_until.getTime() - now));
    const silence = `no heartbeat has come for ${formatDuration(now - sent)}, and it is reaped in ${left} unless one does`;
    return `${hold}; ${silence}; ${cure}`;
  }
  const left = stop_grace * 1000 - (stop_timestamp === null ? 0 : Math.max(0, now - stop_timestamp.getTime()));
  return left > 0
    ? `${hold}; its keeper has ${formatDuration(left)} more to end it`
    : `${hold}; the time that its keeper had for that is over; ${cure}`;
}

function at(moment: Date | null): string {
  return moment === null ? "" : ` at ${formatMoment(moment)}`;
}
