import { Option } from "clipanion";
import { InvalidValueError } from "../database/errors.js";
import type { DeploymentRequest } from "../queue/deployment.js";
import type { WayIn } from "../queue/wayIn.js";
import { wayInto } from "../queue/wayIn.js";
import { parseDeploymentId } from "../text/numbers.js";
import type { Session } from "./openSession.js";
import { holdOf, options } from "./options.js";
import { RequestCommand } from "./requestCommand.js";
import { optionalValue } from "./values.js";
import { surroundingDeployment } from "./variables.js";

/** A command that waits for the turn of what it asks for. */
export abstract class TurnCommand extends RequestCommand {
  reservation = optionalValue(
    "--reservation",
    "Redeem this reservation, with what is known by now of --version, --artifact and --url; its place is known, too",
    parseDeploymentId,
  );
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

  protected override async checkPlace(): Promise<void> {
    if (this.reservation === undefined) {
      await super.checkPlace();
      return;
    }
    const { note, concurrencyKey, maxDuration, idempotencyKey, priority, notBefore, notAfter } = this;
    const { sequence, sequenceScope, latestFrom, rollbackOf, hold, parent, join } = this;
    refuseWithReservation({
      ...{ note, concurrencyKey, maxDuration, idempotencyKey, priority, notBefore, notAfter },
      ...{ sequence, sequenceScope, latestFrom, rollbackOf, hold, parent, join: join || undefined },
    });
  }

  /** What is asked for, or the reservation that is redeemed. */
  protected async wayIn(session: Session, stopGrace?: number): Promise<WayIn> {
    const { reservation, component, version, artifact, url, confirm: confirmation } = this;
    if (reservation === undefined) {
      return this.request(session);
    }
    const where = await this.whereabouts(session.queue);
    return wayInto(
      session.queue,
      { ...where, reservation, component, version, artifact, url, confirmation },
      stopGrace,
    );
  }

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

/**
 * What was said with the reservation cannot be said again.
 * @param given by the names of the options, in camel case
 * @throws InvalidValueError
 */
function refuseWithReservation(given: Readonly<Record<string, unknown>>): void {
  const options = Object.entries(given).flatMap(([name, value]) =>
    value === undefined || value === false
      ? []
      : [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`],
  );
  if (options.length > 0) {
    throw new InvalidValueError(`${options.join(", ")} and --reservation do not go together`, {
      hint: "The reservation says it already.",
    });
  }
}
