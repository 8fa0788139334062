import type postgres from "postgres";
import type { Sql } from "../../database/client.js";
import type { Database } from "../../database/database.js";
import type {
  Deployment,
  DeploymentId,
  DeploymentRequest,
  DeploymentWithStatus,
  Location,
  Redemption,
  Whereabouts,
} from "../deployment.js";
import { DeploymentNotFoundError } from "../errors.js";
import type { Reason, StartAttempt } from "../forecast.js";
import type { EnqueueOptions, FinishOptions, Heartbeat, KeepingOptions } from "../keeper.js";
import { Adoption } from "./adoption.js";
import { Boards } from "./boards.js";
import { Calls, milliseconds } from "./calls.js";
import { Cells } from "./cells.js";
import { Checks } from "./checks.js";
import { Environments } from "./environments.js";
import { entered, Gates } from "./gates.js";
import { History } from "./history.js";
import { Holds } from "./holds.js";
import { Line } from "./line.js";
import { Policies } from "./policies.js";
import { Promotions } from "./promotions.js";
import { Reports } from "./reports.js";
import { Roles } from "./roles.js";
import { Tokens } from "./tokens.js";
import { Upkeep } from "./upkeep.js";

export interface CancelOptions {
  /** Its cell is free at once, whatever still works there. */
  readonly force?: boolean | undefined;
  /** Refused when it has started, also in this moment. */
  readonly queuedOnly?: boolean | undefined;
}

export interface BulkCancelOptions {
  /** What runs is left alone. */
  readonly queuedOnly?: boolean | undefined;
  /** Told how many are cancelled so far, after each 5,000. */
  readonly onProgress?: ((count: number) => void) | undefined;
}

const batchOfCancels = 5_000;

/** A call for each function and view of the database: those of one deployment's life here, the others by subject. */
export class QueueCalls extends Calls {
  readonly line: Line;
  readonly holds: Holds;
  readonly gates: Gates;
  readonly cells: Cells;
  readonly checks: Checks;
  readonly environments: Environments;
  readonly policies: Policies;
  readonly promotions: Promotions;
  readonly history: History;
  readonly boards: Boards;
  readonly reports: Reports;
  readonly upkeep: Upkeep;
  readonly roles: Roles;
  /** What lets callers of servers in. */
  readonly tokens: Tokens;
  readonly adoption: Adoption;

  constructor(database: Database) {
    super(database);
    this.cells = new Cells(database);
    this.checks = new Checks(database);
    this.environments = new Environments(database);
    this.line = new Line(database);
    this.gates = new Gates(database);
    this.holds = new Holds(database, this.gates);
    this.policies = new Policies(database);
    this.promotions = new Promotions(database);
    this.history = new History(database);
    this.boards = new Boards(database, this.environments);
    this.reports = new Reports(database);
    this.upkeep = new Upkeep(database);
    this.roles = new Roles(database);
    this.tokens = new Tokens(database);
    this.adoption = new Adoption(database);
  }

  /**
   * Enters the line. heartbeat: the caller sends heartbeats while it waits, and is reaped when they stop. start: it starts at once
   * when it may, and its start_timestamp says so; the heartbeats go on then.
   * @throws UnconfirmedError when the phrase that the environment demands is wrong or missing, which is recorded
   */
  async enqueue(
    request: DeploymentRequest,
    { heartbeat = false, start = false, reserveFor, ...keeping }: EnqueueOptions = {},
  ): Promise<Deployment> {
    const deployment = await this.change<Deployment>(
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
          start => ${start},
          keeper => ${keeping.keeper ?? null},
          stop_grace => ${milliseconds(sql, keeping.stopGrace)},
          parent_id => ${request.parentId ?? null},
          join_parent => ${request.joinParent ?? false},
          sequence => ${request.sequence ?? null},
          sequence_scope => ${request.sequenceScope ?? null},
          artifact => ${request.artifact ?? null},
          rollback_of => ${request.rollbackOf ?? null},
          reserve_for => ${milliseconds(sql, reserveFor)},
          confirmation => ${request.confirmation ?? null}
        )`,
    );
    return entered(deployment);
  }

  /**
   * Takes a place in the line for what is still being built: those behind it wait until it is redeemed and has ended, or until the
   * reservation is over.
   * @param validFor milliseconds; the policy of the environment may allow less
   */
  reserve(request: DeploymentRequest, validFor: number): Promise<Deployment> {
    return this.enqueue(request, { reserveFor: validFor });
  }

  /**
   * Makes a deployment of a reservation, which waits at its place; heartbeat: as for enqueue. The same keeper may repeat it.
   * @throws UnconfirmedError when the phrase that the environment demands is wrong or missing
   */
  async redeem(
    id: DeploymentId,
    redemption: Redemption = {},
    { heartbeat = false, ...keeping }: KeepingOptions = {},
  ): Promise<Deployment> {
    const deployment = await this.change<Deployment>(
      (sql) => sql`
        select * from deploy_queue.redeem(
          deployment_id => ${id},
          version => ${redemption.version ?? null},
          artifact => ${redemption.artifact ?? null},
          url => ${redemption.url ?? null},
          heartbeat => ${heartbeat},
          keeper => ${keeping.keeper ?? null},
          stop_grace => ${milliseconds(sql, keeping.stopGrace)},
          component => ${redemption.component ?? null},
          environment => ${redemption.environment ?? null},
          cloud_provider => ${redemption.cloudProvider ?? null},
          region => ${redemption.region ?? null},
          cell_index => ${redemption.cellIndex ?? null},
          confirmation => ${redemption.confirmation ?? null}
        )`,
    );
    if (deployment.reserved_until !== null) {
      throw await this.gates.unconfirmed(deployment);
    }
    return deployment;
  }

  /** Starts it if it may start. heartbeat: the caller goes on to send heartbeats once it has started. */
  async tryStart(id: DeploymentId, { heartbeat = false, ...keeping }: KeepingOptions = {}): Promise<StartAttempt> {
    const row = await this.change<
      Deployment & { attempt_started: boolean; attempt_waiting_on: readonly Reason[]; attempt_seconds: number }
    >(
      (sql) => sql`
        select
          attempt.started as attempt_started,
          attempt.waiting_on as attempt_waiting_on,
          extract(epoch from attempt.look_again_in)::float8 as attempt_seconds,
          (attempt.deployment).*
        from deploy_queue.try_start(
          deployment_id => ${id},
          heartbeat => ${heartbeat},
          keeper => ${keeping.keeper ?? null},
          stop_grace => ${milliseconds(sql, keeping.stopGrace)}
        ) as attempt`,
    );
    const { attempt_started, attempt_waiting_on, attempt_seconds, ...deployment } = row;
    return {
      started: attempt_started,
      waitingOn: attempt_waiting_on,
      lookAgainIn: Math.max(0, Math.ceil(attempt_seconds * 1000)),
      deployment,
    };
  }

  /** Renews the lease of its keeper. An ended deployment comes back unchanged. */
  async heartbeat(id: DeploymentId, keeper?: string): Promise<Heartbeat> {
    const { beat_seconds, ends_by, ...deployment } = await this.row<
      Deployment & { beat_seconds: number | null; ends_by: Date | null }
    >(
      (sql) => sql`
        select extract(epoch from beat.beat_again_in)::float8 as beat_seconds, beat.ends_by, (beat.deployment).*
        from deploy_queue.heartbeat(deployment_id => ${id}, keeper => ${keeper ?? null}) as beat`,
    );
    return {
      deployment,
      beatAgainIn: beat_seconds === null ? undefined : Math.ceil(beat_seconds * 1000),
      endsBy: ends_by,
    };
  }

  /** Whether it holds its cell: refused unless it runs, is not being stopped, and its lease is good or it has none. */
  async assert(id: DeploymentId): Promise<Deployment> {
    const deployment = await this.row<Deployment>(
      (sql) => sql`select * from deploy_queue.assert(deployment_id => ${id})`,
    );
    // A former primary would say yes as well.
    await this.database.proveItWrites();
    return deployment;
  }

  /** The work of a deployment that was asked to stop has ended. */
  /** @param keeper refused when the deployment has another one or none; for finish and fail as well */
  confirmStop(id: DeploymentId, keeper?: string): Promise<Deployment> {
    return this.change(
      (sql) => sql`select * from deploy_queue.confirm_stop(deployment_id => ${id}, keeper => ${keeper ?? null})`,
    );
  }

  /** Its work has failed. */
  fail(id: DeploymentId, note?: string, keeper?: string): Promise<Deployment> {
    return this.change(
      (sql) => sql`
        select * from deploy_queue.fail(
          deployment_id => ${id}, cancellation_note => ${note ?? null}, keeper => ${keeper ?? null})`,
    );
  }

  /** Its work is done and is being checked; it holds its cell as before. */
  beginVerification(id: DeploymentId, keeper?: string): Promise<Deployment> {
    return this.change(
      (sql) => sql`select * from deploy_queue.begin_verification(deployment_id => ${id}, keeper => ${keeper ?? null})`,
    );
  }

  /** @throws UnverifiedError where the policy requires that it is verified, and the caller does not say so */
  finish(id: DeploymentId, { keeper, verified = false }: FinishOptions = {}): Promise<Deployment> {
    return this.change(
      (sql) => sql`
        select * from deploy_queue.finish(deployment_id => ${id}, keeper => ${keeper ?? null}, verified => ${verified})`,
    );
  }

  /**
   * Cancels it. One that runs and is kept is asked to stop: stop_timestamp says since when, and it holds its cell until its work has
   * ended.
   * @throws RefusedError with queuedOnly, when it has started
   */
  cancel(
    id: DeploymentId,
    note?: string,
    { force = false, queuedOnly = false }: CancelOptions = {},
  ): Promise<Deployment> {
    return this.change(
      (sql) => sql`
        select * from deploy_queue.cancel(
          deployment_id => ${id}, cancellation_note => ${note ?? null}, force => ${force}, queued_only => ${queuedOnly})`,
    );
  }

  /** Cancels what is queued or running of a version, everywhere or in one place, and returns it. */
  cancelVersion(
    component: string,
    version: string,
    note?: string,
    where: Whereabouts = {},
    options: BulkCancelOptions = {},
  ): Promise<Deployment[]> {
    return this.#inBatches(
      options,
      (sql) => sql`
        select * from deploy_queue.cancel_version(
          component => ${component},
          version => ${version},
          cancellation_note => ${note ?? null},
          environment => ${where.environment ?? null},
          cloud_provider => ${where.cloudProvider ?? null},
          region => ${where.region ?? null},
          cell_index => ${where.cellIndex ?? null},
          queued_only => ${options.queuedOnly ?? false},
          at_most => ${batchOfCancels}
        ) order by id`,
    );
  }

  /** Cancels what is queued or running in a cell, or without a cell index in a whole region, and returns it. */
  cancelLocation(
    location: Omit<Location, "cellIndex"> & { readonly cellIndex?: number | undefined },
    note?: string,
    options: BulkCancelOptions = {},
  ): Promise<Deployment[]> {
    return this.#inBatches(
      options,
      (sql) => sql`
        select * from deploy_queue.cancel_location(
          environment => ${location.environment},
          cloud_provider => ${location.cloudProvider},
          region => ${location.region},
          cell_index => ${location.cellIndex ?? null},
          cancellation_note => ${note ?? null},
          queued_only => ${options.queuedOnly ?? false},
          at_most => ${batchOfCancels}
        ) order by id`,
    );
  }

  /** One statement up to a size that ends in time, and then another one. */
  async #inBatches(
    { onProgress }: BulkCancelOptions,
    statement: (sql: Sql) => postgres.PendingQuery<Deployment[]>,
  ): Promise<Deployment[]> {
    const cancelled = new Map<DeploymentId, Deployment>();
    for (let isDone = false; !isDone; ) {
      const batch = await this.changes(statement);
      // What is asked to stop stays, and comes again.
      isDone = batch.length < batchOfCancels || batch.every(({ id }) => cancelled.has(id));
      for (const deployment of batch) {
        cancelled.set(deployment.id, deployment);
      }
      onProgress?.(cancelled.size);
    }
    return [...cancelled.values()];
  }

  /** @throws DeploymentNotFoundError */
  async deployment(id: DeploymentId): Promise<DeploymentWithStatus> {
    const [row] = await this.rows<DeploymentWithStatus>(
      (sql) => sql`select * from deploy_queue.deployments_with_status where id = ${id}`,
    );
    if (row === undefined) {
      throw new DeploymentNotFoundError(`deployment ${id} does not exist`, {
        hint: "Ids come from deploy_queue.enqueue() and stand in deploy_queue.queue and deploy_queue.current_deployments.",
      });
    }
    return row;
  }

  /** The deployment with this url that is queued or running there: the newest that the caller has entered, else the oldest. */
  async liveDeploymentByUrl(url: string, where: Whereabouts = {}): Promise<Deployment | undefined> {
    const [row] = await this.rows<Deployment>(
      (sql) => sql`
        select * from deploy_queue.live_deployment_by_url(
          url => ${url},
          environment => ${where.environment ?? null},
          cloud_provider => ${where.cloudProvider ?? null},
          region => ${where.region ?? null},
          cell_index => ${where.cellIndex ?? null}
        )`,
    );
    return row;
  }

  /** A time that says its zone, or a duration from now in ISO 8601, as a moment of the database's clock. */
  async moment(text: string): Promise<Date> {
    const { at } = await this.row<{ at: Date }>((sql) => sql`select deploy_queue.moment(text => ${text}) as at`);
    return at;
  }
}
