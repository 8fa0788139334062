import type { Deployment, DeploymentId, DeploymentRequest, Whereabouts } from "../deployment.js";
import type { Explanation, Forecast, Preflight, QueuedDeployment } from "../forecast.js";
import { Calls, milliseconds } from "./calls.js";

/** What is undefined selects nothing out. */
export interface LiveFilter extends Whereabouts {
  readonly component?: string | undefined;
  readonly version?: string | undefined;
}

/** The deployments that wait, in their order. */
export class Line extends Calls {
  /** The deployments that wait, or those of one environment. */
  queued(environment?: string): Promise<QueuedDeployment[]> {
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.queue
        where ${environment ?? null}::text is null or environment = ${environment ?? null}
        order by environment, cloud_provider, region, cell_index, position`,
    );
  }

  /**
   * The deployments that are queued, on hold or running.
   * @throws UnknownNameError for a place without any cell
   */
  live(filter: LiveFilter): Promise<Deployment[]> {
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.live_deployments(
          component => ${filter.component ?? null},
          version => ${filter.version ?? null},
          environment => ${filter.environment ?? null},
          cloud_provider => ${filter.cloudProvider ?? null},
          region => ${filter.region ?? null},
          cell_index => ${filter.cellIndex ?? null}
        ) order by id`,
    );
  }

  /** Where a deployment stands; undefined when it is not queued. */
  async forecast(id: DeploymentId): Promise<Forecast | undefined> {
    const [forecast] = await this.rows<Forecast>(
      (sql) => sql`select * from deploy_queue.forecast(deployment_id => ${id})`,
    );
    return forecast;
  }

  /** The same for those of several deployments that wait in line, at the cost of one in each cell. */
  forecasts(ids: readonly number[]): Promise<Forecast[]> {
    const list = `{${ids.join()}}`;
    return this.rows((sql) => sql`select * from deploy_queue.forecasts(deployment_ids => ${list}::text::bigint[])`);
  }

  /** What would keep a deployment waiting if it entered the line now. What enqueue would refuse is refused. */
  async preflight(request: DeploymentRequest): Promise<Preflight> {
    const { can_start, gates_open, checklist, ...forecast } = await this.row<Omit<Preflight, "forecast"> & Forecast>(
      (sql) => sql`
        select flight.can_start, flight.gates_open, flight.checklist, (flight.forecast).*
        from deploy_queue.preflight(
          environment => ${request.environment},
          cloud_provider => ${request.cloudProvider},
          region => ${request.region},
          cell_index => ${request.cellIndex},
          component => ${request.component},
          concurrency_key => ${request.concurrencyKey ?? null},
          priority => ${request.priority ?? 0},
          hold => ${request.hold ?? null},
          not_before => ${request.notBefore ?? null},
          not_after => ${request.notAfter ?? null},
          version => ${request.version ?? null},
          url => ${request.url ?? null},
          note => ${request.note ?? null},
          max_duration => ${milliseconds(sql, request.maxDuration)},
          parent_id => ${request.joinParent === true ? null : (request.parentId ?? null)},
          sequence => ${request.sequence ?? null},
          sequence_scope => ${request.sequenceScope ?? null},
          rollback_of => ${request.rollbackOf ?? null},
          artifact => ${request.artifact ?? null},
          confirmation => ${request.confirmation ?? null}
        ) as flight`,
    );
    return { can_start, gates_open, checklist, forecast };
  }

  /** Everything that keeps a queued deployment from starting, and what would lift it. */
  explain(id: DeploymentId): Promise<Explanation[]> {
    return this.rows((sql) => sql`select * from deploy_queue.waiting_on(deployment_id => ${id})`);
  }

  /** The deployments that a queued deployment waits for, in the order of the line. */
  blockers(id: DeploymentId): Promise<Deployment[]> {
    return this.rows((sql) => sql`select * from deploy_queue.blocking_deployments(deployment_id => ${id})`);
  }

  /** Starts a waiting deployment past the rules; the process that waits for it goes on as if its turn had come. */
  startNow(id: DeploymentId, reason: string): Promise<Deployment> {
    return this.change((sql) => sql`select * from deploy_queue.start_now(deployment_id => ${id}, reason => ${reason})`);
  }

  /** Lets a queued deployment pass others: gives it this priority, or one more than the highest of the others in its line. */
  bump(id: DeploymentId, reason: string, priority?: number): Promise<Deployment> {
    return this.change(
      (sql) => sql`
        select * from deploy_queue.bump(deployment_id => ${id}, reason => ${reason}, priority => ${priority ?? null})`,
    );
  }
}
