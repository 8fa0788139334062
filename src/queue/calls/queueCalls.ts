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
import { type Arguments, Seconds, type Source } from "../source.js";
import { Adoption } from "./adoption.js";
import { Boards } from "./boards.js";
import { byId, Calls, placed } from "./calls.js";
import { Cells } from "./cells.js";
import { Checks } from "./checks.js";
import { Environments } from "./environments.js";
import { entered, Gates } from "./gates.js";
import { History } from "./history.js";
import { Holds } from "./holds.js";
import { Line } from "./line.js";
import { Logs } from "./logs.js";
import { Policies } from "./policies.js";
import { Promotions } from "./promotions.js";
import { Reports } from "./reports.js";
import { Roles } from "./roles.js";
import { Tokens } from "./tokens.js";
import { Trusts } from "./trusts.js";
import { Upkeep } from "./upkeep.js";
import { Webhooks } from "./webhooks.js";
import { WorkCalls } from "./work.js";

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
  readonly logs: Logs;
  readonly boards: Boards;
  readonly reports: Reports;
  readonly upkeep: Upkeep;
  readonly roles: Roles;
  /** What lets callers of servers in. */
  readonly tokens: Tokens;
  readonly trusts: Trusts;
  readonly webhooks: Webhooks;
  /** Commands that agents run. */
  readonly work: WorkCalls;
  readonly adoption: Adoption;

  constructor(at: Source | Database) {
    super(at);
    const { source } = this;
    this.cells = new Cells(source);
    this.checks = new Checks(source);
    this.environments = new Environments(source);
    this.line = new Line(source);
    this.gates = new Gates(source);
    this.holds = new Holds(source, this.gates);
    this.policies = new Policies(source);
    this.promotions = new Promotions(source);
    this.history = new History(source);
    this.logs = new Logs(source);
    this.boards = new Boards(source, this.environments, this.cells);
    this.reports = new Reports(source);
    this.upkeep = new Upkeep(source);
    this.roles = new Roles(source);
    this.tokens = new Tokens(source);
    this.trusts = new Trusts(source);
    this.webhooks = new Webhooks(source);
    this.work = new WorkCalls(source);
    this.adoption = new Adoption(source);
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
    const deployment = await this.change<Deployment>("enqueue", {
      ...placed(request),
      component: request.component,
      version: request.version,
      url: request.url,
      note: request.note,
      concurrency_key: request.concurrencyKey,
      heartbeat,
      idempotency_key: request.idempotencyKey,
      max_duration: new Seconds(request.maxDuration),
      priority: request.priority ?? 0,
      hold: request.hold,
      not_before: request.notBefore,
      not_after: request.notAfter,
      command: request.command,
      start,
      keeper: keeping.keeper,
      stop_grace: new Seconds(keeping.stopGrace),
      parent_id: request.parentId,
      join_parent: request.joinParent ?? false,
      sequence: request.sequence,
      sequence_scope: request.sequenceScope,
      artifact: request.artifact,
      rollback_of: request.rollbackOf,
      reserve_for: new Seconds(reserveFor),
      confirmation: request.confirmation,
    });
    return entered(deployment);
  }

  /**
   * Takes a place in the line for what is still being built: those behind it wait until it is redeemed and has ended, or until the
   * reservation is over.
   * @param validFor seconds; the policy of the environment may allow less
   * @param keeper a name that the process has drawn for itself, by which a call that it repeats is known
   */
  reserve(request: DeploymentRequest, validFor: number, keeper?: string): Promise<Deployment> {
    return this.enqueue(request, { reserveFor: validFor, keeper });
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
    const deployment = await this.change<Deployment>("redeem", {
      deployment_id: id,
      version: redemption.version,
      artifact: redemption.artifact,
      url: redemption.url,
      heartbeat,
      keeper: keeping.keeper,
      stop_grace: new Seconds(keeping.stopGrace),
      component: redemption.component,
      ...placed(redemption),
      confirmation: redemption.confirmation,
    });
    if (deployment.reserved_until !== null) {
      throw await this.gates.unconfirmed(deployment);
    }
    return deployment;
  }

  /** Starts it if it may start. heartbeat: the caller goes on to send heartbeats once it has started. */
  async tryStart(id: DeploymentId, { heartbeat = false, ...keeping }: KeepingOptions = {}): Promise<StartAttempt> {
    const { started, waiting_on, look_again_in, ...deployment } = await this.change<
      Deployment & { started: boolean; waiting_on: readonly Reason[]; look_again_in: number | null }
    >(
      "try_start",
      { deployment_id: id, heartbeat, keeper: keeping.keeper, stop_grace: new Seconds(keeping.stopGrace) },
      { fields: ["started", "waiting_on", "look_again_in"], unfold: "deployment" },
    );
    return {
      started,
      waitingOn: waiting_on,
      lookAgainIn: Math.max(0, look_again_in ?? 0),
      deployment,
    };
  }

  /** Renews the lease of its keeper. An ended deployment comes back unchanged. */
  async heartbeat(id: DeploymentId, keeper?: string): Promise<Heartbeat> {
    const { beat_again_in, ends_by, ...deployment } = await this.row<
      Deployment & { beat_again_in: number | null; ends_by: Date | null }
    >("heartbeat", { deployment_id: id, keeper }, { fields: ["beat_again_in", "ends_by"], unfold: "deployment" });
    return {
      deployment,
      beatAgainIn: beat_again_in ?? undefined,
      endsBy: ends_by,
    };
  }

  /** Whether it holds its cell: refused unless it runs, is not being stopped, and its lease is good or it has none. */
  async assert(id: DeploymentId): Promise<Deployment> {
    const deployment = await this.row<Deployment>("assert", { deployment_id: id });
    // A former primary would say yes as well.
    await this.source.proveItWrites();
    return deployment;
  }

  /**
   * The work of a deployment that was asked to stop has ended.
   * @param keeper refused when the deployment has another one or none; for finish and fail as well
   */
  confirmStop(id: DeploymentId, keeper?: string): Promise<Deployment> {
    return this.change("confirm_stop", { deployment_id: id, keeper });
  }

  /** Its work has failed. */
  fail(id: DeploymentId, note?: string, keeper?: string): Promise<Deployment> {
    return this.change("fail", { deployment_id: id, cancellation_note: note, keeper });
  }

  /** Its work is done and is being checked; it holds its cell as before. */
  beginVerification(id: DeploymentId, keeper?: string): Promise<Deployment> {
    return this.change("begin_verification", { deployment_id: id, keeper });
  }

  /** @throws UnverifiedError where the policy requires that it is verified, and the caller does not say so */
  finish(id: DeploymentId, { keeper, verified = false }: FinishOptions = {}): Promise<Deployment> {
    return this.change("finish", { deployment_id: id, keeper, verified });
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
    return this.change("cancel", { deployment_id: id, cancellation_note: note, force, queued_only: queuedOnly });
  }

  /** Cancels what is queued or running of a version, everywhere or in one place, and returns it. */
  cancelVersion(
    component: string,
    version: string,
    note?: string,
    where: Whereabouts = {},
    options: BulkCancelOptions = {},
  ): Promise<Deployment[]> {
    const which = { component, version, cancellation_note: note, ...placed(where) };
    return this.#inBatches("cancel_version", which, options);
  }

  /** Cancels what is queued or running in a cell, or without a cell index in a whole region, and returns it. */
  cancelLocation(
    location: Omit<Location, "cellIndex"> & { readonly cellIndex?: number | undefined },
    note?: string,
    options: BulkCancelOptions = {},
  ): Promise<Deployment[]> {
    return this.#inBatches("cancel_location", { ...placed(location), cancellation_note: note }, options);
  }

  /** One statement up to a size that ends in time, and then another one. */
  async #inBatches(
    name: string,
    which: Arguments,
    { queuedOnly = false, onProgress }: BulkCancelOptions,
  ): Promise<Deployment[]> {
    const cancelled = new Map<DeploymentId, Deployment>();
    for (let isDone = false; !isDone; ) {
      const values = { ...which, queued_only: queuedOnly, at_most: batchOfCancels };
      const batch = await this.changes<Deployment>(name, values);
      // What is asked to stop stays, and comes again.
      isDone = batch.length < batchOfCancels || batch.every(({ id }) => cancelled.has(id));
      for (const deployment of batch.sort(byId)) {
        cancelled.set(deployment.id, deployment);
      }
      onProgress?.(cancelled.size);
    }
    return [...cancelled.values()];
  }

  /** @throws DeploymentNotFoundError */
  async deployment(id: DeploymentId): Promise<DeploymentWithStatus> {
    const [row] = await this.read<DeploymentWithStatus>("deployments_with_status", { where: { id } });
    if (row === undefined) {
      throw new DeploymentNotFoundError(`deployment ${id} does not exist`, {
        hint: "Ids come from deploy_queue.enqueue() and stand in deploy_queue.queue and deploy_queue.current_deployments.",
      });
    }
    return row;
  }

  /** The deployment with this url that is queued or running there: the newest that the caller has entered, else the oldest. */
  async liveDeploymentByUrl(url: string, where: Whereabouts = {}): Promise<Deployment | undefined> {
    const [row] = await this.rows<Deployment>("live_deployment_by_url", { url, ...placed(where) });
    return row;
  }

  /** A time that says its zone, or a duration from now in ISO 8601, as a moment of the database's clock. */
  moment(text: string): Promise<Date> {
    return this.value("moment", { text });
  }
}
