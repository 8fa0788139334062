import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { options } from "../commandLine/options.js";
import { PlacedCommand } from "../commandLine/placedCommand.js";
import { optionalArgument, optionalText } from "../commandLine/values.js";
import { surroundingDeployment } from "../commandLine/variables.js";
import { InvalidValueError } from "../database/errors.js";
import type { DeploymentId } from "../queue/deployment.js";
import { DeploymentNotFoundError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { cellName, cellOf, deploymentName } from "../text/describe.js";
import { parseDeploymentId } from "../text/numbers.js";

export class AssertCommand extends PlacedCommand {
  static override paths = [["assert"]];

  static override usage = Command.Usage({
    description: "Check that a deployment still holds its cell",
    details: `
      Exits with 0 while the deployment runs and may touch its cell. Exits with 4 when it waits, is being stopped, has ended, or its
      heartbeats stopped, and with 3 when there is none. Without an id or a url it is the deployment of the surrounding \`run\`,
      which needs \`--pass-database-url\`.

      Use it as the first step of a job that deploys for a deployment which another job has started. When only that job is run again,
      its deployment has ended, and the next one may be deploying.
    `,
    examples: [
      ["Before a script touches the cell", "deploy-queue assert 42 && ./deploy.sh"],
      [
        "In a job that knows only its url",
        "deploy-queue assert --url https://github.com/org/repo/actions/runs/123 --environment prod",
      ],
    ],
  });

  deploymentId = optionalArgument("deployment-id", parseDeploymentId);
  url = optionalText("--url", "The deployment of the job with this page, instead of an id");
  override outageTimeout = options.outageTimeout();

  override async act(session: Session): Promise<number> {
    const { queue, log } = session;
    const deployment = await this.patiently(session, async () => queue.assert(await this.#named(queue)));
    log.info(`${deploymentName(deployment)} holds ${cellName(cellOf(deployment))}`);
    this.printJson(deployment);
    return 0;
  }

  async #named(queue: Queue): Promise<DeploymentId> {
    const { url } = this;
    const place = await this.whereabouts(queue);
    if (url === undefined && Object.values(place).some((part) => part !== undefined)) {
      throw new InvalidValueError("--cell, --environment, --provider, --region and --cell-index go with --url");
    }
    if (url !== undefined && this.deploymentId !== undefined) {
      throw new InvalidValueError("give an id or --url, not both");
    }
    if (url === undefined) {
      const id = this.deploymentId ?? surroundingDeployment(this.context.env);
      if (!id) {
        throw new InvalidValueError("say which deployment: its id, or --url");
      }
      return parseDeploymentId(id);
    }
    const deployment = await queue.liveDeploymentByUrl(url, place);
    if (deployment === undefined) {
      throw new DeploymentNotFoundError(`no deployment with the url ${url} is queued or running there`);
    }
    return deployment.id;
  }
}
