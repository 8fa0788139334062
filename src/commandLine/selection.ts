import { Option } from "clipanion";
import type { HoldFilter, Holds, StagedDeployment } from "../queue/calls/holds.js";
import type { DeploymentWithStatus } from "../queue/deployment.js";
import { InvalidValueError, RefusedError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { parseCellIndex, parseDeploymentId } from "../text/numbers.js";

/** The options that say which of those on hold, as release and purge have them. */
export const selectionOptions = {
  deploymentIds: () => Option.Rest({ name: "deployment-id" }),
  all: () => Option.Boolean("--all", false, { description: "Everything on hold" }),
  component: () => Option.String("--component", { description: "Those of this component" }),
  environment: () => Option.String("--environment", { description: "Those in this environment" }),
  provider: () => Option.String("--provider", { description: "Those at this cloud provider" }),
  region: () => Option.String("--region", { description: "Those in this region" }),
  cellIndex: () => Option.String("--cell-index", { description: "Those in cells with this index" }),
} as const;

export interface SelectionOptions {
  readonly deploymentIds: readonly string[];
  readonly all: boolean;
  readonly component: string | undefined;
  readonly environment: string | undefined;
  readonly provider: string | undefined;
  readonly region: string | undefined;
  readonly cellIndex: string | undefined;
}

/**
 * Those on hold that the options name, in the order in which they were staged.
 * @param isSo whether what is asked for was done to one already, which then is left out
 * @throws InvalidValueError when they name nothing in particular, DeploymentNotFoundError, RefusedError for an id that
 *   is not on hold
 */
export async function selectHeld(
  queue: Queue,
  holds: Holds,
  options: SelectionOptions,
  isSo: (deployment: DeploymentWithStatus) => boolean = () => false,
): Promise<StagedDeployment[]> {
  const filter = readFilter(options);
  if (filter !== undefined) {
    if (filter.environment !== undefined) {
      await queue.environments.get(filter.environment);
    }
    return holds.staged(filter);
  }
  const ids = new Set(options.deploymentIds.map(parseDeploymentId));
  const held = (await holds.staged()).filter(({ deployment_id }) => ids.delete(String(deployment_id)));
  for (const id of ids) {
    const deployment = await queue.deployment(id);
    if (isSo(deployment)) {
      continue;
    }
    throw new RefusedError(`deployment ${id} is not on hold: it is ${deployment.status}`, {
      hint: `"deploy-queue history ${id}" says what became of it.`,
    });
  }
  return held;
}

/** Undefined when ids are given. */
function readFilter(options: SelectionOptions): HoldFilter | undefined {
  const words = {
    "--component": options.component,
    "--environment": options.environment,
    "--provider": options.provider,
    "--region": options.region,
    "--cell-index": options.cellIndex,
  };
  const given = Object.entries(words).filter(([, value]) => value !== undefined);
  // An unset variable in a script must not select everything.
  const empty = given.find(([, value]) => value === "")?.[0];
  if (empty !== undefined) {
    throw new InvalidValueError(`${empty} is empty`);
  }
  const ways = [options.deploymentIds.length > 0, options.all, given.length > 0].filter(Boolean).length;
  if (ways !== 1) {
    throw new InvalidValueError(
      ways === 0
        ? `say which: ids, --all, or some of ${Object.keys(words).join(", ")}`
        : `ids, --all and ${Object.keys(words).join(", ")} do not go together`,
    );
  }
  if (options.deploymentIds.length > 0) {
    return undefined;
  }
  return {
    component: options.component,
    environment: options.environment,
    cloudProvider: options.provider,
    region: options.region,
    cellIndex: options.cellIndex === undefined ? undefined : parseCellIndex(options.cellIndex, "--cell-index"),
  };
}
