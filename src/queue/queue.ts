import type postgres from "postgres";
import type { Sql } from "../database/client.js";
import { Calls } from "./calls.js";
import type {
  Adopted,
  Bypass,
  Cancellation,
  Cell,
  Contradiction,
  Deployment,
  DeploymentEvent,
  DeploymentId,
  DeploymentRequest,
  DeploymentWithStatus,
  Environment,
  Explanation,
  Finding,
  Location,
  Outlier,
  Place,
  QueuedDeployment,
  Reason,
  RunningDeployment,
  StartAttempt,
} from "./deployment.js";
import { DeploymentNotFoundError, InvalidValueError } from "./errors.js";

/** The queue as TypeScript sees it: one call for each SQL function, and the errors of errors.ts. */
export class Queue extends Calls {
  /**
   * Enters the line. heartbeat: the caller sends heartbeats while it waits, and is reaped when they stop. start: it starts at once
   * when it may, and its start_timestamp says so; the heartbeats go on then.
   */
  enqueue(request: DeploymentRequest, { heartbeat = false, start = false } = {}): Promise<Deployment> {
    return this.row<Deployment>(
      (sql) => sql`
        select * from deploy_queue.enqueue(
          environment => ${request.environment},
          cloud_provider => ${request.cloudProvider},
          region => ${request.region},
          cell_index => ${request.cellIndex},
          component => ${request.component},
          version => ${request.version ?? null},
          url => ${request.url ?? null},
          note => ${request.note ?? null},
          concurrency_key => ${request.concurrencyKey ?? null},
          heartbeat => ${heartbeat},
          idempotency_key => ${request.idempotencyKey ?? null},
          max_duration => ${milliseconds(sql, request.maxDuration)},
          priority => ${request.priority ?? 0},
          hold => ${request.hold ?? null},
          not_before => ${request.notBefore ?? null},
          not_after => ${request.notAfter ?? null},
          command => ${request.command === undefined ? null : [...request.command]},
          start => ${start}
        )`,
    );
  }

  /** Starts it if it may start. heartbeat: the caller goes on to send heartbeats once it has started. */
  async tryStart(id: DeploymentId, { heartbeat = false } = {}): Promise<StartAttempt> {
    const row = await this.row<
      Deployment & { attempt_started: boolean; attempt_waiting_on: readonly Reason[]; attempt_seconds: number }
    >(
      (sql) => sql`
        select
          attempt.started as attempt_started,
          attempt.waiting_on as attempt_waiting_on,
          extract(epoch from attempt.look_again_in)::float8 as attempt_seconds,
          (attempt.deployment).*
        from deploy_queue.try_start(deployment_id => ${id}, heartbeat => ${heartbeat}) as attempt`,
    );
    const { attempt_started, attempt_waiting_on, attempt_seconds, ...deployment } = row;
    return {
      started: attempt_started,
      waitingOn: attempt_waiting_on,
      lookAgainIn: Math.max(0, Math.ceil(attempt_seconds * 1000)),
      deployment,
    };
  }

  /** Where a deployment stands; undefined when it is not queued. */
  async placeInLine(id: DeploymentId): Promise<Place | undefined> {
    const [place] = await this.rows<Place>(
      (sql) => sql`select * from deploy_queue.place_in_line(deployment_id => ${id})`,
    );
    return place;
  }

  /** Where a deployment would stand if it entered the line now. */
  preview(request: DeploymentRequest): Promise<Place> {
    return this.row(
      (sql) => sql`
        select * from deploy_queue.preview(
          environment => ${request.environment},
          cloud_provider => ${request.cloudProvider},
          region => ${request.region},
          cell_index => ${request.cellIndex},
          component => ${request.component},
          concurrency_key => ${request.concurrencyKey ?? null},
          priority => ${request.priority ?? 0},
          hold => ${request.hold ?? null},
          not_before => ${request.notBefore ?? null}
        )`,
    );
  }

  /** Everybody who waits, or who waits in one environment. */
  async queued(environment?: string): Promise<QueuedDeployment[]> {
    if (environment !== undefined) {
      await this.environment(environment);
    }
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.queue
        where ${environment ?? null}::text is null or environment = ${environment ?? null}
        order by environment, cloud_provider, region, cell_index, position`,
    );
  }

  /** Everybody who runs, or who runs in one environment. */
  async running(environment?: string): Promise<RunningDeployment[]> {
    if (environment !== undefined) {
      await this.environment(environment);
    }
    return this.rows(
      (sql) => sql`
        select
          deployment_id, current.environment, current.cloud_provider, current.region, current.cell_index,
          current.component, current.version, current.url, current.start_timestamp,
          extract(epoch from current_duration)::float8 as current_duration,
          extract(epoch from avg_duration)::float8 as avg_duration,
          extract(epoch from outlier_duration)::float8 as outlier_duration,
          -- The start and the duration since then make the now of the view.
          extract(epoch from current.start_timestamp + current_duration - heartbeat_timestamp)::float8 as heartbeat_age
        from deploy_queue.current_deployments as current
        join deploy_queue.deployments_with_status as deployment on deployment.id = deployment_id
        where current_status = 'running'
          and (${environment ?? null}::text is null or current.environment = ${environment ?? null})
        order by current.environment, current.cloud_provider, current.region, current.cell_index, deployment_id`,
    );
  }

  finish(id: DeploymentId): Promise<Deployment> {
    return this.row((sql) => sql`select * from deploy_queue.finish(deployment_id => ${id})`);
  }

  cancel(id: DeploymentId, note?: string): Promise<Deployment> {
    return this.row(
      (sql) => sql`select * from deploy_queue.cancel(deployment_id => ${id}, cancellation_note => ${note ?? null})`,
    );
  }

  /** Cancels what is queued or running of a version, and returns it. */
  cancelVersion(component: string, version: string, note?: string): Promise<Deployment[]> {
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.cancel_version(
          component => ${component}, version => ${version}, cancellation_note => ${note ?? null}
        ) order by id`,
    );
  }

  /** Cancels what is queued or running in a cell, or without a cell index in a whole region, and returns it. */
  async cancelLocation(
    location: Omit<Location, "cellIndex"> & { readonly cellIndex?: number | undefined },
    note?: string,
  ): Promise<Deployment[]> {
    await this.environment(location.environment);
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.cancel_location(
          environment => ${location.environment},
          cloud_provider => ${location.cloudProvider},
          region => ${location.region},
          cell_index => ${location.cellIndex ?? null},
          cancellation_note => ${note ?? null}
        ) order by id`,
    );
  }

  /** Leaves a record of a deployment that goes around the queue; nobody waits for it. */
  recordBypass(bypass: Bypass): Promise<{ id: number }> {
    return this.row(
      (sql) => sql`
        select id from deploy_queue.record_bypass(
          environment => ${bypass.environment},
          cloud_provider => ${bypass.cloudProvider},
          region => ${bypass.region},
          cell_index => ${bypass.cellIndex},
          component => ${bypass.component},
          note => ${bypass.note},
          version => ${bypass.version ?? null},
          url => ${bypass.url ?? null}
        )`,
    );
  }

  /** Who cancelled or reaped a deployment; undefined when nobody did. */
  async cancellation(id: DeploymentId): Promise<Cancellation | undefined> {
    const [event] = await this.rows<Cancellation>(
      (sql) => sql`
        select kind, actor, application_name, reason
        from deploy_queue.history(deployment_id => ${id})
        where kind in ('cancelled', 'reaped')`,
    );
    return event;
  }

  /** Lets a queued deployment pass others: gives it this priority, or one more than the highest of the others in its line. */
  bump(id: DeploymentId, reason: string, priority?: number): Promise<Deployment> {
    return this.row(
      (sql) => sql`
        select * from deploy_queue.bump(deployment_id => ${id}, reason => ${reason}, priority => ${priority ?? null})`,
    );
  }

  /** Everything that keeps a queued deployment from starting, and what would lift it. */
  explain(id: DeploymentId): Promise<Explanation[]> {
    return this.rows((sql) => sql`select * from deploy_queue.explain(deployment_id => ${id})`);
  }

  /** A time that says its zone, or a duration from now in ISO 8601, as a moment of the database's clock. */
  async moment(text: string): Promise<Date> {
    const { at } = await this.row<{ at: Date }>((sql) => sql`select deploy_queue.moment(text => ${text}) as at`);
    return at;
  }

  heartbeat(id: DeploymentId): Promise<Deployment> {
    return this.row((sql) => sql`select * from deploy_queue.heartbeat(deployment_id => ${id})`);
  }

  /** @throws DeploymentNotFoundError */
  async deployment(id: DeploymentId): Promise<DeploymentWithStatus> {
    const [row] = await this.rows<DeploymentWithStatus>(
      (sql) => sql`select * from deploy_queue.deployments_with_status where id = ${id}`,
    );
    if (row === undefined) {
      throw new DeploymentNotFoundError(`deployment ${id} does not exist`, {
        hint: 'Ids are printed by "deploy-queue start", "deploy-queue list queue" and "deploy-queue list running"',
      });
    }
    return row;
  }

  /**
   * What happened to a deployment, in order.
   * @throws DeploymentNotFoundError
   */
  history(id: DeploymentId): Promise<DeploymentEvent[]> {
    return this.rows((sql) => sql`select * from deploy_queue.history(deployment_id => ${id})`);
  }

  /** Wakes up whoever waits for the channel of all transitions, at each one that begins from now on. */
  async followTransitions(): Promise<void> {
    await this.rows((sql) => sql`select deploy_queue.follow_transitions()`);
  }

  async unfollowTransitions(): Promise<void> {
    await this.rows((sql) => sql`select deploy_queue.unfollow_transitions()`);
  }

  /** The newest deployment with this url that is queued or running. */
  async liveDeploymentByUrl(url: string): Promise<Deployment | undefined> {
    const [row] = await this.rows<Deployment>(
      (sql) => sql`select * from deploy_queue.live_deployment_by_url(url => ${url})`,
    );
    return row;
  }

  /** @throws InvalidValueError for an environment that does not exist */
  async cells(environment: string): Promise<Cell[]> {
    await this.environment(environment);
    return this.rows(
      (sql) => sql`
        select environment, cloud_provider, region, cell_index as index
        from deploy_queue.cells
        where environment = ${environment}
        order by cloud_provider, region, cell_index`,
    );
  }

  environments(): Promise<Environment[]> {
    return this.rows((sql) => sql`select ${policies(sql)} from deploy_queue.environments order by environment`);
  }

  /** @throws InvalidValueError for an environment that does not exist */
  async environment(name: string): Promise<Environment> {
    const environments = await this.environments();
    const environment = environments.find((candidate) => candidate.environment === name);
    if (environment === undefined) {
      throw new InvalidValueError(`environment ${name} does not exist`, {
        hint: `There are: ${environments.map((existing) => existing.environment).join(", ")}.`,
      });
    }
    return environment;
  }

  /** Adds an environment or changes its policies (durations in seconds); what is undefined stays as it is. */
  setEnvironment(
    name: string,
    changes: {
      readonly bufferTime?: number | undefined;
      readonly heartbeatTimeout?: number | undefined;
      readonly maxDuration?: number | undefined;
      readonly retention?: number | undefined;
    },
  ): Promise<Environment> {
    return this.row(
      (sql) => sql`
        select ${policies(sql)} from deploy_queue.set_environment(
          environment => ${name},
          buffer_time => make_interval(secs => ${changes.bufferTime ?? null}),
          heartbeat_timeout => make_interval(secs => ${changes.heartbeatTimeout ?? null}),
          max_duration => make_interval(secs => ${changes.maxDuration ?? null}),
          retention => make_interval(secs => ${changes.retention ?? null})
        )`,
    );
  }

  /** Reaps everybody whose heartbeats stopped or who runs for too long. */
  reapStaleDeployments(): Promise<Deployment[]> {
    return this.rows((sql) => sql`select * from deploy_queue.reap_stale_deployments()`);
  }

  outliers(): Promise<Outlier[]> {
    return this.rows((sql) => sql`select ${outlier(sql)} from deploy_queue.outliers order by id`);
  }

  /** Records and tells the outliers that are new, and returns them. */
  detectOutliers(): Promise<Outlier[]> {
    return this.rows((sql) => sql`select ${outlier(sql)} from deploy_queue.detect_outliers() order by id`);
  }

  /** Refreshes a batch of usual durations; returns how many, 0 when none is left. */
  async refreshDurations(): Promise<number> {
    const { count } = await this.row<{ count: number }>((sql) => sql`select deploy_queue.refresh_durations() as count`);
    return count;
  }

  /**
   * Removes a batch of history that is older than its environment keeps it; returns how many, 0 when none is left. Small
   * batches, so that nobody's commit waits behind a big one.
   */
  async pruneHistory(batchSize = 200): Promise<number> {
    const { count } = await this.row<{ count: number }>(
      (sql) => sql`select deploy_queue.prune_history(batch_size => ${batchSize}) as count`,
    );
    return count;
  }

  async workerSeen(name: string, version: string): Promise<void> {
    await this.rows((sql) => sql`select deploy_queue.worker_seen(name => ${name}, version => ${version})`);
  }

  /** What is well and what is not. workerHost: a worker on this host is demanded. */
  health(workerHost?: string): Promise<Finding[]> {
    return this.rows((sql) => sql`select * from deploy_queue.health(worker_host => ${workerHost ?? null})`);
  }

  /** Reads all of history and returns what contradicts the rules. */
  verifyHistory(): Promise<Contradiction[]> {
    return this.rows((sql) => sql`select * from deploy_queue.verify_history()`, longTimeout);
  }

  /** Creates the roles that are given out, and says which are new. */
  createRoles(): Promise<{ role_name: string; created: boolean }[]> {
    return this.rows((sql) => sql`select * from deploy_queue.create_roles()`);
  }

  /** What adopt would bring over from the predecessor, and what stands in its way; changes nothing. */
  previewAdoption(withRunning: boolean): Promise<Adopted[]> {
    return this.rows(
      (sql) => sql`select * from deploy_queue.preview_adoption(with_running => ${withRunning})`,
      longTimeout,
    );
  }

  /** Takes the database of the predecessor over, wholly or not at all; returns what was moved. */
  adopt(withRunning: boolean): Promise<Adopted[]> {
    return this.rows(
      (sql) => sql`select *, null as problem from deploy_queue.adopt(with_running => ${withRunning})`,
      longTimeout,
    );
  }
}

/** In milliseconds, for what reads or writes all of history: a million deployments take up to a minute. */
const longTimeout = 3_600_000;

function policies(sql: Sql): postgres.PendingQuery<postgres.Row[]> {
  return sql`
    environment,
    extract(epoch from buffer_time)::float8 as buffer_time,
    extract(epoch from heartbeat_timeout)::float8 as heartbeat_timeout,
    extract(epoch from heartbeat_interval)::float8 as heartbeat_interval,
    extract(epoch from max_duration)::float8 as max_duration,
    extract(epoch from retention)::float8 as retention`;
}

function outlier(sql: Sql): postgres.PendingQuery<postgres.Row[]> {
  return sql`
    id, environment, cloud_provider, region, cell_index, component, version, url, note,
    extract(epoch from current_duration)::float8 as current_duration,
    extract(epoch from avg_duration)::float8 as avg_duration,
    extract(epoch from stddev_duration)::float8 as stddev_duration`;
}

function milliseconds(sql: Sql, value: number | undefined): postgres.PendingQuery<postgres.Row[]> {
  return sql`make_interval(secs => ${value === undefined ? null : value / 1000})`;
}
