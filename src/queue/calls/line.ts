import type { Deployment, DeploymentId, DeploymentRequest, Whereabouts } from "../deployment.js";
import type { Explanation, Forecast, Preflight, QueuedDeployment } from "../forecast.js";
import { Seconds } from "../source.js";
import { byId, Calls, placed } from "./calls.js";

/** What is undefined selects nothing out. */
export interface LiveFilter extends Whereabouts {
  readonly component?: string | undefined;
  readonly version?: string | undefined;
}

/** The deployments that wait, in their order. */
export class Line extends Calls {
  /** The deployments that wait, or those of one environment. */
  queued(environment?: string): Promise<QueuedDeployment[]> {
    const order = ["environment", "cloud_provider", "region", "cell_index", "position"];
    return this.read("queue", { where: { environment }, order });
  }

  /**
   * The deployments that are queued, on hold or running.
   * @throws UnknownNameError for a place without any cell
   */
  async live({ component, version, ...where }: LiveFilter): Promise<Deployment[]> {
    const live = await this.rows<Deployment>("live_deployments", { component, version, ...placed(where) });
    return live.sort(byId);
  }

  /** Where a deployment stands; undefined when it is not queued. */
  async forecast(id: DeploymentId): Promise<Forecast | undefined> {
    const [forecast] = await this.rows<Forecast>("forecast", { deployment_id: id });
    return forecast;
  }

  /** The same for those of several deployments that wait in line, at the cost of one in each cell. */
  forecasts(ids: readonly number[]): Promise<Forecast[]> {
    return this.rows("forecasts", { deployment_ids: ids });
  }

  /** What would keep a deployment waiting if it entered the line now. What enqueue would refuse is refused. */
  async preflight(request: DeploymentRequest): Promise<Preflight> {
    const { can_start, gates_open, checklist, ...forecast } = await this.row<Omit<Preflight, "forecast"> & Forecast>(
      "preflight",
      {
        ...placed(request),
        component: request.component,
        concurrency_key: request.concurrencyKey,
        priority: request.priority ?? 0,
        hold: request.hold,
        not_before: request.notBefore,
        not_after: request.notAfter,
        version: request.version,
        url: request.url,
        note: request.note,
        max_duration: new Seconds(request.maxDuration),
        parent_id: request.joinParent === true ? null : request.parentId,
        sequence: request.sequence,
        sequence_scope: request.sequenceScope,
        rollback_of: request.rollbackOf,
        artifact: request.artifact,
        confirmation: request.confirmation,
      },
      { fields: ["can_start", "gates_open", "checklist"], unfold: "forecast" },
    );
    return { can_start, gates_open, checklist, forecast };
  }

  /** Everything that keeps a queued deployment from starting, and what would lift it. */
  explain(id: DeploymentId): Promise<Explanation[]> {
    return this.rows("waiting_on", { deployment_id: id });
  }

  /** The deployments that a queued deployment waits for, in the order of the line. */
  blockers(id: DeploymentId): Promise<Deployment[]> {
    return this.rows("blocking_deployments", { deployment_id: id });
  }

  /** Starts a waiting deployment past the rules; the process that waits for it goes on as if its turn had come. */
  startNow(id: DeploymentId, reason: string): Promise<Deployment> {
    return this.change("start_now", { deployment_id: id, reason });
  }

  /** Lets a queued deployment pass others: gives it this priority, or one more than the highest of the others in its line. */
  bump(id: DeploymentId, reason: string, priority?: number): Promise<Deployment> {
    return this.change("bump", { deployment_id: id, reason, priority });
  }
}
