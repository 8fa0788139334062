import { Option } from "clipanion";
import type { StagedDeployment } from "../queue/calls/holds.js";
import type { DeploymentWithStatus } from "../queue/deployment.js";
import { InvalidValueError, RefusedError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { parseDeploymentId } from "../text/numbers.js";
import { options } from "./options.js";
import { PlacedCommand } from "./placedCommand.js";
import { optionalText } from "./values.js";

const filters = "--component, --cell, --environment, --provider, --region, --cell-index";

/** A command for deployments on hold: its options say for which. */
export abstract class SelectionCommand extends PlacedCommand {
  deploymentIds = Option.Rest({ name: "deployment-id" });
  all = Option.Boolean("--all", false, { description: "Everything on hold" });
  component = options.component();
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
    const { component } = this;
    const place = await this.whereabouts(queue);
    const filter = { component, ...place };
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
    await queue.cells.require(place);
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
