import { cellName, cellOf, componentName, deploymentName } from "../../text/describe.js";
import type { Deployment, DeploymentId } from "../deployment.js";
import { UnconfirmedError } from "../errors.js";
import type { Reason } from "../forecast.js";
import { Calls } from "./calls.js";

const hint = "Bring it with --confirm, the input confirm, or the argument confirmation.";

/** What must be said or shown before a deployment may start. */
export class Gates extends Calls {
  /**
   * Brings the phrase that a waiting deployment needs.
   * @throws UnconfirmedError for a wrong one, which is recorded
   */
  async confirm(id: DeploymentId, confirmation: string): Promise<Deployment> {
    const { was_confirmed, ...deployment } = await this.change<Deployment & { was_confirmed: boolean }>(
      (sql) => sql`
        select attempt.confirmed as was_confirmed, (attempt.deployment).*
        from deploy_queue.confirm(deployment_id => ${id}, confirmation => ${confirmation}) as attempt`,
    );
    if (!was_confirmed) {
      throw await this.unconfirmed(deployment);
    }
    return deployment;
  }

  /** Why a deployment on hold was not let go. */
  async unconfirmed(deployment: Deployment): Promise<UnconfirmedError> {
    const reasons = await this.rows<Reason>(
      (sql) => sql`select * from deploy_queue.waiting_on(deployment_id => ${deployment.id})`,
    );
    const text = reasons.find(({ kind }) => kind === "confirmation")?.text ?? "it was not confirmed";
    return new UnconfirmedError(`${deploymentName(deployment)} stays as it is: ${text}`, { hint });
  }
}

/** @throws UnconfirmedError for one that the line did not take, since it was not confirmed */
export function entered(deployment: Deployment): Deployment {
  if (deployment.cancellation_kind === "rejected") {
    const name = `${componentName(deployment)} in ${cellName(cellOf(deployment))}`;
    throw new UnconfirmedError(`${name} was rejected: ${deployment.cancellation_note}`, { hint });
  }
  return deployment;
}
