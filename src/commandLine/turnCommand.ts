import { Option } from "clipanion";
import { InvalidValueError } from "../database/errors.js";
import type { DeploymentRequest } from "../queue/deployment.js";
import { parseDeploymentId } from "../text/numbers.js";
import type { Session } from "./openSession.js";
import { holdOf, options } from "./options.js";
import { RequestCommand } from "./requestCommand.js";
import { optionalValue } from "./values.js";
import { surroundingDeployment } from "./variables.js";

/** A command that waits for the turn of what it asks for. */
export abstract class TurnCommand extends RequestCommand {
  hold = options.hold();
  parent = optionalValue(
    "--parent",
    "The deployment whose work this is a part of; by default the one of the surrounding run",
    parseDeploymentId,
  );
  join = Option.Boolean("--join", false, {
    description: "Run in the hold of the parent, which has the cell already and finishes after this has ended",
  });
  waitTimeout = options.waitTimeout();
  override outageTimeout = options.outageTimeout();

  protected override async request(session: Session): Promise<DeploymentRequest> {
    if (this.parent !== undefined) {
      // The one of a surrounding run may be in another queue.
      await session.queue.deployment(this.parent);
    }
    const surrounding = surroundingDeployment(this.context.env);
    const parentId = this.parent ?? (surrounding ? parseDeploymentId(surrounding) : undefined);
    if (this.join && parentId === undefined) {
      throw new InvalidValueError("there is no deployment to join", {
        hint: "Name it with --parent, or call this inside of deploy-queue run --pass-database-url.",
      });
    }
    return { ...(await super.request(session)), hold: holdOf(this.hold), parentId, joinParent: this.join };
  }
}
