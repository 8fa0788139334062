import type { Cancellation, VerifiedEntry } from "../queue/calls/history.js";
import type { Cell, Deployment, DeploymentWithStatus, Location } from "../queue/deployment.js";
import { formatMoment } from "./moments.js";
import { printable } from "./printable.js";
import { whoText } from "./whoText.js";

/** "prod-aws-us-west-2-cell-1" */
export function cellName(cell: Cell): string {
  return printable(`${cell.environment}-${cell.cloud_provider}-${cell.region}-cell-${cell.index}`);
}

export function locationName({ environment, cloudProvider, region, cellIndex }: Location): string {
  return cellName({ environment, cloud_provider: cloudProvider, region, index: cellIndex });
}

export function cellOf(row: Omit<Cell, "index"> & { readonly cell_index: number }): Cell {
  const { environment, cloud_provider, region, cell_index: index } = row;
  return { environment, cloud_provider, region, index };
}

/** "deployment 42 (api@v1.2.3)", "deployment 42 (api run 812)" */
export function deploymentName(deployment: Deployment): string {
  return printable(`deployment ${deployment.id} (${componentName(deployment)})`);
}

/** "42 finished api@v1.2.3: (hotfix) (https://…)" */
export function summary(deployment: DeploymentWithStatus): string {
  const note = deployment.note === null ? "" : `: (${deployment.note})`;
  const url = deployment.url === null ? "" : ` (${deployment.url})`;
  return printable(`${deployment.id} ${deployment.status} ${componentName(deployment)}${note}${url}`);
}

/**
 * "in prod-aws-us-west-2-cell-1", "entered 2030-01-02T03:04:05Z by ann", "started 2030-01-02T03:05:00Z"
 * @param cancellation who asked it to stop, or cancelled it
 * @param entry of which run it was entered
 */
export function particulars(
  deployment: DeploymentWithStatus,
  cancellation?: Cancellation,
  entry?: VerifiedEntry,
): string[] {
  const by = deployment.entered_by === null ? "" : ` by ${printable(whoText(deployment.actor, deployment.entered_by))}`;
  const end = deployment.status === "failed" || deployment.status === "rejected" ? deployment.status : "cancelled";
  const asked = cancellation === undefined || isObsolete(cancellation) ? "" : ` by ${cancellerName(cancellation)}`;
  const isStopped = deployment.stop_timestamp !== null;
  const moments = [
    ["started", deployment.start_timestamp, ""],
    ["verification began", deployment.verifying_since, ""],
    ["asked to stop", deployment.stop_timestamp, asked],
    ["finished", deployment.finish_timestamp, deployment.verified_at === null ? "" : ", verified"],
    [end, deployment.cancellation_timestamp, isStopped ? "" : asked],
  ] as const;
  const why = deployment.cancellation_note;
  return [
    `in ${cellName(cellOf(deployment))}`,
    `entered ${formatMoment(deployment.created_at)}${by}`,
    ...(entry?.verified_run ? [`verified: ${verifiedText(entry)}`] : []),
    ...moments.flatMap(([what, moment, who]) => (moment === null ? [] : [`${what} ${formatMoment(moment)}${who}`])),
    ...(why === null ? [] : [`because: ${printable(why)}`]),
  ];
}

function verifiedText({ verified_subject, verified_run, verified_commit }: VerifiedEntry): string {
  const commit = verified_commit === null ? [] : [`commit ${verified_commit}`];
  return printable([verified_subject, verified_run, ...commit].join(", "));
}

/** Whether a policy has cancelled it, and no person. */
export function isObsolete({ kind }: Cancellation): boolean {
  return kind === "superseded" || kind === "outdated";
}

/** "api@v1.2.3"; "api run 812" while the version is not known. */
export function componentName({
  component,
  version,
  sequence = null,
}: {
  readonly component: string;
  readonly version: string | null;
  readonly sequence?: number | null;
}): string {
  const run = sequence === null ? "" : ` run ${sequence}`;
  return version === null ? `${component}${run}` : `${component}@${version}`;
}

/** "ann, role operators (deploy-queue cancel deployment)"; "an unknown role" when that is not known. Only the role is proven. */
export function cancellerName(cancellation: Cancellation | undefined): string {
  if (cancellation === undefined) {
    return "an unknown role";
  }
  const { kind, actor, principal, application_name } = cancellation;
  const role = principal === actor ? "" : `, role ${principal}`;
  const through = application_name === null ? "" : ` (${application_name})`;
  return printable(`${kind === "reaped" ? "the reaper of " : ""}${actor}${role}${through}`);
}

/** "Known cells for environment prod:" and a line for each, with its slots where it has several. */
export function cellsText(environment: string, cells: readonly (Cell & { readonly slots: number })[]): string {
  const lines = cells.map((cell) => `  - ${cellName(cell)}${cell.slots === 1 ? "" : `, ${cell.slots} slots`}`);
  return [`Known cells for environment ${printable(environment)}:`, ...lines].join("\n");
}

/** A cell for the matrix of a workflow: no more than its name, which is in the names of the jobs. */
export function matrixEntry({ environment, cloud_provider, region, index }: Cell): Cell {
  return { environment, cloud_provider, region, index };
}
