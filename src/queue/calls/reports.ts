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
    return this.#byWeek("wait_time", environment);
  }

  /** From the entry into the line to the finish. */
  leadTime(environment: string): Promise<LeadTime[]> {
    return this.#byWeek("lead_time", environment);
  }

  deploymentFrequency(environment: string): Promise<DeploymentFrequency[]> {
    return this.#byWeek("deployment_frequency", environment);
  }

  cancellationRate(environment: string): Promise<CancellationRate[]> {
    return this.#byWeek("cancellation_rate", environment);
  }

  #byWeek<Row extends Week>(view: string, environment: string): Promise<Row[]> {
    return this.read(view, { where: { environment }, order: ["week", "component"] });
  }
}
