import { cellName, cellOf, componentName, deploymentName } from "../../text/describe.js";
import type { Deployment, DeploymentId } from "../deployment.js";
import { UnconfirmedError } from "../errors.js";
import type { Reason } from "../forecast.js";
import { Calls } from "./calls.js";

const hint = "Bring it with --confirm, the input confirm, or the argument confirmation.";

/** A row of deploy_queue.wanted_approvals: a deployment that lacks approvals. */
export interface WantedApproval {
  readonly deployment_id: number;
  readonly environment: string;
  readonly cloud_provider: string;
  readonly region: string;
  readonly cell_index: number;
  readonly component: string;
  readonly version: string | null;
  readonly artifact: string | null;
  readonly url: string | null;
  readonly note: string | null;
  readonly entered_by: string;
  readonly actor: string;
  readonly created_at: Date;
  /** How many it needs. */
  readonly approvals: number;
  /** The role whose members may approve it. */
  readonly approvers: string;
  /** Who approved what it is now. */
  readonly given_by: readonly string[];
  /** Whether the reader may approve it, and has not yet. */
  readonly is_mine: boolean;
}

/** What must be said or shown before a deployment may start. */
export class Gates extends Calls {
  /**
   * Brings the phrase that a waiting deployment needs.
   * @throws UnconfirmedError for a wrong one, which is recorded
   */
  async confirm(id: DeploymentId, confirmation: string): Promise<Deployment> {
    const { confirmed, ...deployment } = await this.change<Deployment & { confirmed: boolean }>(
      "confirm",
      { deployment_id: id, confirmation },
      { fields: ["confirmed"], unfold: "deployment" },
    );
    if (!confirmed) {
      throw await this.unconfirmed(deployment);
    }
    return deployment;
  }

  /** Approves a waiting deployment of somebody else, for the version and the artifact that it has. */
  approve(id: DeploymentId, note?: string): Promise<Deployment> {
    return this.change("approve", { deployment_id: id, note });
  }

  /** Cancels a deployment of somebody else that needs approvals and has not started. */
  disapprove(id: DeploymentId, note: string): Promise<Deployment> {
    return this.change("disapprove", { deployment_id: id, note });
  }

  /** In the order in which they entered. */
  wantedApprovals(environment?: string): Promise<WantedApproval[]> {
    return this.read("wanted_approvals", { where: { environment }, order: ["deployment_id"] });
  }

  /** Why a deployment on hold was not let go. */
  async unconfirmed(deployment: Deployment): Promise<UnconfirmedError> {
    const reasons = await this.rows<Reason>("waiting_on", { deployment_id: deployment.id });
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
