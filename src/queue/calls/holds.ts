import type { Deployment, DeploymentId, Hold } from "../deployment.js";
import type { Source } from "../source.js";
import { Calls } from "./calls.js";
import type { Gates } from "./gates.js";

/** A row of deploy_queue.staged. */
export interface StagedDeployment {
  readonly deployment_id: number;
  readonly environment: string;
  readonly cloud_provider: string;
  readonly region: string;
  readonly cell_index: number;
  readonly component: string;
  readonly version: string | null;
  readonly url: string | null;
  readonly note: string | null;
  readonly command: readonly string[] | null;
  readonly hold: Hold;
  /** Whether a process waits for the release. Otherwise the process that releases it goes on with it. */
  readonly process_waits: boolean;
  readonly entered_by: string;
  readonly created_at: Date;
  readonly not_before: Date | null;
  readonly not_after: Date | null;
  /** Whether the role of this connection has entered it. */
  readonly is_own: boolean;
  /** Who staged it, as the client says. */
  readonly actor: string | null;
  /** Whose agents run the command; null: the process that releases it does. */
  readonly target: string | null;
}

/** Selects deployments on hold; a field that is undefined selects nothing out. */
export interface HoldFilter {
  readonly component?: string | undefined;
  readonly environment?: string | undefined;
  readonly cloudProvider?: string | undefined;
  readonly region?: string | undefined;
  readonly cellIndex?: number | undefined;
}

export interface HandOver {
  /** undefined: the one that it was staged for, or the only one of its component and cell. */
  readonly target?: string | undefined;
  readonly reason?: string | undefined;
  readonly key: string;
  readonly confirmation?: string | undefined;
}

/** Deployments on hold. */
export class Holds extends Calls {
  readonly #gates: Gates;

  constructor(source: Source, gates: Gates) {
    super(source);
    this.#gates = gates;
  }

  /** In the order in which they were staged. */
  staged({ environment, cloudProvider, region, cellIndex, component }: HoldFilter = {}): Promise<StagedDeployment[]> {
    const where = { environment, cloud_provider: cloudProvider, region, cell_index: cellIndex, component };
    return this.read("staged", { where, order: ["deployment_id"] });
  }

  /**
   * Lets a held deployment go. Of several callers, one is told that it released it.
   * @param key asking again with it, after a lost answer, gets the same answer
   * @param confirmation the phrase that the environment demands, unless the deployment has brought it
   * @throws UnconfirmedError when that is wrong or missing, which is recorded: the deployment stays on hold
   */
  async release(
    id: DeploymentId,
    {
      reason,
      heartbeat,
      key,
      confirmation,
    }: { reason?: string | undefined; heartbeat: boolean; key: string; confirmation?: string | undefined },
  ): Promise<{ readonly released: boolean; readonly deployment: Deployment }> {
    const { released, ...deployment } = await this.change<Deployment & { released: boolean }>(
      "release",
      { deployment_id: id, reason, heartbeat, release_key: key, confirmation },
      { fields: ["released"], unfold: "deployment" },
    );
    if (!released && deployment.hold !== null && deployment.reserved_until === null) {
      throw await this.#gates.unconfirmed(deployment);
    }
    return { released, deployment };
  }

  /**
   * Lets a staged deployment go whose command an agent runs. Of several callers, one is told that it released it.
   * @param key asking again with it, after a lost answer, gets the same answer
   * @throws UnconfirmedError as release does; RefusedError when no target is the one
   */
  async handOver(
    id: DeploymentId,
    { target, reason, key, confirmation }: HandOver,
  ): Promise<{ readonly released: boolean; readonly deployment: Deployment }> {
    const { released, ...deployment } = await this.change<Deployment & { released: boolean }>(
      "hand_over",
      { deployment_id: id, target, reason, release_key: key, confirmation },
      { fields: ["released"], unfold: "deployment" },
    );
    if (!released && deployment.hold !== null) {
      throw await this.#gates.unconfirmed(deployment);
    }
    return { released, deployment };
  }

  /** Cancels a deployment that is on hold; one that was released meanwhile is refused. */
  purge(id: DeploymentId, reason?: string): Promise<Deployment> {
    return this.change("purge", { deployment_id: id, reason });
  }
}
