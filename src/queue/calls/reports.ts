import { Calls } from "./calls.js";

/** What all reports say of: the deployments of a component in one week. */
interface Week {
  readonly environment: string;
  readonly component: string;
  /** Monday of the week, UTC. */
  readonly week: Date;
  readonly deployment_count: number;
}

/** A row of deploy_queue.wait_time, in seconds. */
export interface WaitTime extends Week {
  readonly median_wait_time: number;
  readonly p95_wait_time: number;
  readonly p99_wait_time: number;
  readonly max_wait_time: number;
}

/** A row of deploy_queue.lead_time, in seconds. */
export interface LeadTime extends Week {
  readonly avg_wait: number;
  readonly avg_duration: number;
  readonly avg_lead_time: number;
  readonly median_lead_time: number;
  readonly p90_lead_time: number;
}

/** A row of deploy_queue.deployment_frequency. */
export interface DeploymentFrequency extends Week {
  /** On how many days of the week at least one finished. */
  readonly day_count: number;
}

/** A row of deploy_queue.cancellation_rate. */
export interface CancellationRate extends Week {
  readonly cancelled_count: number;
  readonly cancelled_running_count: number;
  /** From 0 to 1. */
  readonly cancellation_rate: number;
}

/** Reviews of one environment, a row for each component and week. */
export class Reports extends Calls {
  /** From the entry into the line to the start. */
  waitTime(environment: string): Promise<WaitTime[]> {
    return this.rows(
      (sql) => sql`
        select
          environment, component, week, deployment_count,
          extract(epoch from median_wait_time)::float8 as median_wait_time,
          extract(epoch from p95_wait_time)::float8 as p95_wait_time,
          extract(epoch from p99_wait_time)::float8 as p99_wait_time,
          extract(epoch from max_wait_time)::float8 as max_wait_time
        from deploy_queue.wait_time
        where environment = ${environment}
        order by week, component`,
    );
  }

  /** From the entry into the line to the finish. */
  leadTime(environment: string): Promise<LeadTime[]> {
    return this.rows(
      (sql) => sql`
        select
          environment, component, week, deployment_count,
          extract(epoch from avg_wait)::float8 as avg_wait,
          extract(epoch from avg_duration)::float8 as avg_duration,
          extract(epoch from avg_lead_time)::float8 as avg_lead_time,
          extract(epoch from median_lead_time)::float8 as median_lead_time,
          extract(epoch from p90_lead_time)::float8 as p90_lead_time
        from deploy_queue.lead_time
        where environment = ${environment}
        order by week, component`,
    );
  }

  deploymentFrequency(environment: string): Promise<DeploymentFrequency[]> {
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.deployment_frequency where environment = ${environment} order by week, component`,
    );
  }

  cancellationRate(environment: string): Promise<CancellationRate[]> {
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.cancellation_rate where environment = ${environment} order by week, component`,
    );
  }
}
