import { Option } from "clipanion";
import type { StagedDeployment } from "../queue/calls/holds.js";
import type { DeploymentWithStatus } from "../queue/deployment.js";
import { InvalidValueError, RefusedError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { parseCellIndex, parseDeploymentId } from "../text/numbers.js";
import { options } from "./options.js";
import { QueueCommand } from "./queueCommand.js";
import { optionalText, valueOption } from "./values.js";

const filters = "--component, --environment, --provider, --region, --cell-index";

/** A command for deployments on hold: its options say for which. */
export abstract class SelectionCommand extends QueueCommand {
  deploymentIds = Option.Rest({ name: "deployment-id" });
  all = Option.Boolean("--all", false, { description: "Everything on hold" });
  component = valueOption("--component", "Those of this component", notEmpty);
  environment = valueOption("--environment", "Those in this environment", notEmpty);
  provider = valueOption("--provider", "Those at this cloud provider", notEmpty);
  region = valueOption("--region", "Those in this region", notEmpty);
  cellIndex = valueOption("--cell-index", "Those in cells with this index", parseCellIndex);
  reason = optionalText("--reason", "Why; their events keep it");
  yes = options.yes();

  /**
   * The deployments on hold that the options name, in the order in which they were staged.
   * @param isSo whether this was done to a deployment already, which is then left out
   * @throws InvalidValueError when they name nothing in particular, DeploymentNotFoundError, RefusedError for an id that
   *   is not on hold
   */
  protected async selected(
    queue: Queue,
    isSo: (deployment: DeploymentWithStatus) => boolean = () => false,
  ): Promise<StagedDeployment[]> {
    const { component, environment, provider: cloudProvider, region, cellIndex } = this;
    const filter = { component, environment, cloudProvider, region, cellIndex };
    const filtered = Object.values(filter).some((value) => value !== undefined);
    const ways = [this.deploymentIds.length > 0, this.all, filtered].filter(Boolean).length;
    if (ways === 0) {
      throw new InvalidValueError(`say which: ids, --all, or some of ${filters}`);
    }
    if (ways > 1) {
      throw new InvalidValueError(`ids, --all and ${filters} do not go together`);
    }
    if (this.deploymentIds.length > 0) {
      return heldWithIds(queue, new Set(this.deploymentIds.map(parseDeploymentId)), isSo);
    }
    if (environment !== undefined) {
      await queue.environments.get(environment);
    }
    return queue.holds.staged(filter);
  }
}

async function heldWithIds(
  queue: Queue,
  ids: Set<string>,
  isSo: (deployment: DeploymentWithStatus) => boolean,
): Promise<StagedDeployment[]> {
  const held = (await queue.holds.staged()).filter(({ deployment_id }) => ids.delete(String(deployment_id)));
  for (const id of ids) {
    const deployment = await queue.deployment(id);
    if (!isSo(deployment)) {
      throw new RefusedError(`deployment ${id} is not on hold: it is ${deployment.status}`, {
        hint: `"deploy-queue history ${id}" says what became of it.`,
      });
    }
  }
  return held;
}

/** An unset variable in a script must not select everything. */
function notEmpty(text: string, option: string): string {
  if (text === "") {
    throw new InvalidValueError(`${option} is empty`);
  }
  return text;
}
