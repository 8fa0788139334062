import { type PlaceStatus, placeStatus } from "./calls/placeStatus.js";
import { type BulkCancelOptions, type CancelOptions, QueueCalls } from "./calls/queueCalls.js";
import { type CamelCased, camelCased, type InCamelCase, inCamelCase } from "./camelCase.js";
import type {
  Deployment,
  DeploymentId,
  DeploymentRequest,
  DeploymentWithStatus,
  Location,
  Redemption,
  Whereabouts,
} from "./deployment.js";
import type { StartAttempt } from "./forecast.js";
import type { EnqueueOptions, FinishOptions, Heartbeat, KeepingOptions } from "./keeper.js";
import type { Source } from "./source.js";

type Ended = Promise<CamelCased<Deployment>>;

/** The calls that programs make: names in camelCase, durations in seconds. */
export abstract class LibraryCalls {
  readonly line: InCamelCase<QueueCalls["line"]>;
  readonly holds: InCamelCase<QueueCalls["holds"]>;
  readonly gates: InCamelCase<QueueCalls["gates"]>;
  readonly cells: InCamelCase<QueueCalls["cells"]>;
  readonly checks: InCamelCase<QueueCalls["checks"]>;
  readonly environments: InCamelCase<QueueCalls["environments"]>;
  readonly policies: InCamelCase<QueueCalls["policies"]>;
  readonly promotions: InCamelCase<QueueCalls["promotions"]>;
  readonly history: InCamelCase<QueueCalls["history"]>;
  readonly logs: InCamelCase<Pick<QueueCalls["logs"], "page" | "logged">>;
  readonly boards: InCamelCase<QueueCalls["boards"]>;
  readonly reports: InCamelCase<QueueCalls["reports"]>;
  readonly upkeep: InCamelCase<QueueCalls["upkeep"]>;
  readonly roles: InCamelCase<QueueCalls["roles"]>;
  /** What lets callers of servers in. */
  readonly tokens: InCamelCase<QueueCalls["tokens"]>;
  readonly trusts: InCamelCase<QueueCalls["trusts"]>;
  readonly webhooks: InCamelCase<Omit<QueueCalls["webhooks"], "next" | "recordAttempt">>;
  /** Commands that agents run. */
  readonly work: InCamelCase<Pick<QueueCalls["work"], "targets" | "of" | "submit">>;
  readonly adoption: InCamelCase<QueueCalls["adoption"]>;
  readonly #plain: QueueCalls;
  readonly #calls: InCamelCase<QueueCalls>;

  protected constructor(source: Source) {
    this.#plain = new QueueCalls(source);
    const calls = inCamelCase(this.#plain);
    this.#calls = calls;
    this.line = calls.line;
    this.holds = calls.holds;
    this.gates = calls.gates;
    this.cells = calls.cells;
    this.checks = calls.checks;
    this.environments = calls.environments;
    this.policies = calls.policies;
    this.promotions = calls.promotions;
    this.history = calls.history;
    this.logs = calls.logs;
    this.boards = calls.boards;
    this.reports = calls.reports;
    this.upkeep = calls.upkeep;
    this.roles = calls.roles;
    this.tokens = calls.tokens;
    this.trusts = calls.trusts;
    this.webhooks = calls.webhooks;
    this.work = calls.work;
    this.adoption = calls.adoption;
  }

  /**
   * Enters the line, and does not wait. heartbeat: the caller sends heartbeats from then on, and is reaped when they stop. start: it starts
   * at once when it may, and its startTimestamp says so; the heartbeats go on then.
   * @throws UnconfirmedError when the phrase that the environment demands is wrong or missing, which is recorded
   */
  enqueue(request: DeploymentRequest, options?: EnqueueOptions): Promise<CamelCased<Deployment>> {
    return this.#calls.enqueue(request, options);
  }

  /**
   * Takes a place in the line for what is still being built: those behind it wait until it is redeemed and has ended, or until the
   * reservation is over.
   * @param validFor the policy of the environment may allow less
   * @param keeper a name that the process has drawn for itself, by which a call that it repeats is known
   */
  reserve(request: DeploymentRequest, validFor: number, keeper?: string): Promise<CamelCased<Deployment>> {
    return this.#calls.reserve(request, validFor, keeper);
  }

  /** Makes a deployment of a reservation, which waits at its place; heartbeat: as for enqueue. The same keeper may repeat it. */
  redeem(id: DeploymentId, redemption?: Redemption, options?: KeepingOptions): Promise<CamelCased<Deployment>> {
    return this.#calls.redeem(id, redemption, options);
  }

  /** Starts it if it may start. heartbeat: the caller goes on to send heartbeats once it has started. */
  tryStart(id: DeploymentId, options?: KeepingOptions): Promise<CamelCased<StartAttempt>> {
    return this.#calls.tryStart(id, options);
  }

  /** Renews the lease of its keeper. An ended deployment comes back unchanged. */
  heartbeat(id: DeploymentId, keeper?: string): Promise<CamelCased<Heartbeat>> {
    return this.#calls.heartbeat(id, keeper);
  }

  /** Whether it holds its cell: refused unless it runs, is not being stopped, and its lease is good or it has none. */
  assert(id: DeploymentId): Promise<CamelCased<Deployment>> {
    return this.#calls.assert(id);
  }

  /** Its work is done and is being checked; it holds its cell as before. */
  beginVerification(id: DeploymentId, keeper?: string): Promise<CamelCased<Deployment>> {
    return this.#calls.beginVerification(id, keeper);
  }

  /**
   * Outlasts an outage.
   * @throws UnverifiedError where the policy requires that it is verified, and the caller does not say so
   */
  finish(id: DeploymentId, options?: FinishOptions): Ended {
    return this.outlast(() => this.#calls.finish(id, options));
  }

  /** Its work has failed. Outlasts an outage. */
  fail(id: DeploymentId, note?: string, keeper?: string): Ended {
    return this.outlast(() => this.#calls.fail(id, note, keeper));
  }

  /**
   * Cancels it. One that runs and is kept is asked to stop: stopTimestamp says since when, and it holds its cell until its work has ended.
   * Outlasts an outage.
   * @throws RefusedError with queuedOnly, when it has started
   */
  cancel(id: DeploymentId, note?: string, options?: CancelOptions): Ended {
    return this.outlast(() => this.#calls.cancel(id, note, options));
  }

  /** The work of a deployment that was asked to stop has ended. Outlasts an outage. */
  confirmStop(id: DeploymentId, keeper?: string): Ended {
    return this.outlast(() => this.#calls.confirmStop(id, keeper));
  }

  /** Cancels what is queued or running of a version, everywhere or in one place, and returns it. */
  cancelVersion(
    component: string,
    version: string,
    note?: string,
    where?: Whereabouts,
    options?: BulkCancelOptions,
  ): Promise<CamelCased<Deployment[]>> {
    return this.#calls.cancelVersion(component, version, note, where, options);
  }

  /** Cancels what is queued or running in a cell, or without a cell index in a whole region, and returns it. */
  cancelLocation(
    location: Omit<Location, "cellIndex"> & { readonly cellIndex?: number | undefined },
    note?: string,
    options?: BulkCancelOptions,
  ): Promise<CamelCased<Deployment[]>> {
    return this.#calls.cancelLocation(location, note, options);
  }

  /** Everything about a cell, a region, a provider or an environment: what holds it, what waits, what needs a look. */
  async status(place: Whereabouts = {}): Promise<CamelCased<PlaceStatus>> {
    return camelCased(await placeStatus(this.#plain, place));
  }

  /** @throws DeploymentNotFoundError */
  deployment(id: DeploymentId): Promise<CamelCased<DeploymentWithStatus>> {
    return this.#calls.deployment(id);
  }

  /** The deployment with this url that is queued or running there: the newest that the caller has entered, else the oldest. */
  liveDeploymentByUrl(url: string, where?: Whereabouts): Promise<CamelCased<Deployment> | undefined> {
    return this.#calls.liveDeploymentByUrl(url, where);
  }

  /** A time that says its zone, or a duration from now in ISO 8601, as a moment of the database's clock. */
  moment(text: string): Promise<Date> {
    return this.#calls.moment(text);
  }

  /** Repeats a call that may be repeated while the database is away. */
  protected abstract outlast<Result>(call: () => Promise<Result>): Promise<Result>;
}
