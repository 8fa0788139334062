import type { Database } from "../../database/database.js";
import type { Deployment, DeploymentId, Hold } from "../deployment.js";
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
}

/** Selects deployments on hold; a field that is undefined selects nothing out. */
export interface HoldFilter {
  readonly component?: string | undefined;
  readonly environment?: string | undefined;
  readonly cloudProvider?: string | undefined;
  readonly region?: string | undefined;
  readonly cellIndex?: number | undefined;
}

/** Deployments on hold. */
export class Holds extends Calls {
  readonly #gates: Gates;

  constructor(database: Database, gates: Gates) {
    super(database);
    this.#gates = gates;
  }

  /** In the order in which they were staged. */
  async staged(filter: HoldFilter = {}): Promise<StagedDeployment[]> {
    const held = await this.rows<StagedDeployment>(
      (sql) => sql`select * from deploy_queue.staged order by deployment_id`,
    );
    return held.filter(
      (one) =>
        (filter.environment ?? one.environment) === one.environment &&
        (filter.cloudProvider ?? one.cloud_provider) === one.cloud_provider &&
        (filter.region ?? one.region) === one.region &&
        (filter.cellIndex ?? one.cell_index) === one.cell_index &&
        (filter.component ?? one.component) === one.component,
    );
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
    const { was_released: released, ...deployment } = await this.change<Deployment & { was_released: boolean }>(
      (sql) => sql`
        select attempt.released as was_released, (attempt.deployment).* from deploy_queue.release(
          deployment_id => ${id}, reason => ${reason ?? null}, heartbeat => ${heartbeat}, release_key => ${key},
          confirmation => ${confirmation ?? null}
        ) as attempt`,
    );
    if (!released && deployment.hold !== null && deployment.reserved_until === null) {
      throw await this.#gates.unconfirmed(deployment);
    }
    return { released, deployment };
  }

  /** Cancels a deployment that is on hold; one that was released meanwhile is refused. */
  purge(id: DeploymentId, reason?: string): Promise<Deployment> {
    return this.change(
      (sql) => sql`select * from deploy_queue.purge(deployment_id => ${id}, reason => ${reason ?? null})`,
    );
  }
}
