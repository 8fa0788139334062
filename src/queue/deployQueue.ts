import { checkConnectionUrl, resolveConnectionTarget } from "../database/connectionUrl.js";
import { Database } from "../database/database.js";
import { ensureSchema } from "../database/schema.js";
import { QueueCalls } from "./calls/queueCalls.js";
import type { Deployment, DeploymentId, DeploymentRequest } from "./deployment.js";
import { enterLineAndStart } from "./entering.js";
import {
  CancelledError,
  type DatabaseUnavailableError,
  type HeldUpError,
  RefusedAsCancelledError,
  throwIfAborted,
  WaitTimeoutError,
} from "./errors.js";
import { keepAlive } from "./keeping.js";
import { outlastOutages } from "./outage.js";
import type { StartAttempt } from "./place.js";
import { Queue } from "./queue.js";
import { startTimer } from "./timer.js";
import { oneLine } from "./values.js";
import { deploymentChannel } from "./waiting.js";

export interface DeployQueueOptions {
  /** postgres://user:password@host/database; else DEPLOY_QUEUE_DATABASE_URL, else this user's embedded server. */
  readonly url?: string;
  /** Shown in pg_stat_activity and in deployment_events. */
  readonly applicationName?: string;
  /** Whether to create the schema, or bring an older one up to date; true by default. */
  readonly migrate?: boolean;
  /** What the database or the migration has to say; silent by default. */
  readonly onMessage?: (message: string) => void;
}

export interface StartOptions {
  /** Aborting gives the place in the line up and rejects with a CancelledError, or with the reason if it is an error of ours. */
  readonly signal?: AbortSignal;
  /** Milliseconds to wait in the line at most; then the place is given up and start rejects with a WaitTimeoutError. */
  readonly waitTimeout?: number;
  /** Milliseconds without a database after which to reject with a DatabaseUnavailableError; 5 minutes by default. */
  readonly outageTimeout?: number;
  readonly onEnqueued?: (deployment: Deployment) => void;
  /** Called after each look that ended with "not yet". */
  readonly onWaiting?: (attempt: StartAttempt) => void;
  /**
   * Called when the database goes away (a DatabaseUnavailableError) or somebody's open transaction holds the start up (a
   * HeldUpError), and with undefined when that is over.
   */
  readonly onOutage?: (obstacle: DatabaseUnavailableError | HeldUpError | undefined) => void;
  /** Called when notifications do not arrive, as behind a transaction pooler, and it looks every 2 to 15 seconds instead. */
  readonly onNoNotifications?: () => void;
  /**
   * Called when a place in the line was given up, or by run a deployment whose work has failed; failure is why it could not
   * be cancelled. It is reaped then, unless it had started without heartbeats: that is what start leaves when its answer was lost.
   */
  readonly onGivenUp?: (id: DeploymentId, failure: unknown) => void;
}

/** The queue for Node.js programs: one connection, however many wait on it side by side. */
export class DeployQueue extends QueueCalls {
  readonly #queue: Queue;
  readonly #closed = new AbortController();
  readonly #waits = new Set<Promise<Deployment>>();

  private constructor(database: Database) {
    super(database);
    this.#queue = new Queue(database);
  }

  /** @throws DatabaseUnavailableError, SchemaError, InvalidValueError */
  static async connect(options: DeployQueueOptions = {}): Promise<DeployQueue> {
    const url = options.url === undefined ? (await resolveConnectionTarget()).url : checkConnectionUrl(options.url);
    const onMessage = options.onMessage ?? (() => undefined);
    const database = new Database({
      url,
      applicationName: options.applicationName ?? "deploy-queue library",
      onNotice: onMessage,
    });
    try {
      await ensureSchema(database, {
        url,
        migrate: options.migrate ?? true,
        onProgress: onMessage,
        onWarning: onMessage,
      });
    } catch (error) {
      await database.close();
      throw error;
    }
    return new DeployQueue(database);
  }

  /**
   * Enters the line, waits and starts. The caller deploys then, and ends with finish or cancel; nobody reaps the
   * deployment meanwhile.
   * @throws CancelledError, WaitTimeoutError, DatabaseUnavailableError, InvalidValueError; the place is given up
   */
  async start(request: DeploymentRequest, options: StartOptions = {}): Promise<Deployment> {
    const deployment = await this.#start(request, options, false);
    await this.#forget(deployment.id);
    return deployment;
  }

  /**
   * A whole deployment: waits for the turn, calls deploy with heartbeats, finishes when it returns, cancels when it
   * throws (and throws the same, whatever becomes of the cancellation). The signal given to deploy is aborted when somebody cancels the deployment; run then
   * rejects with a CancelledError, once deploy has ended.
   */
  async run<Result>(
    request: DeploymentRequest,
    deploy: (deployment: Deployment, signal: AbortSignal) => Promise<Result>,
    options: StartOptions = {},
  ): Promise<Result> {
    const deployment = await this.#start(request, options, true);
    const lost = new AbortController();
    const done = new AbortController();
    const keeper = keepAlive(this.#queue, deployment.id, {
      signal: done.signal,
      onOutage: options.onOutage,
      onError: () => undefined,
    }).then((end) => {
      if (end?.cancellation_timestamp) {
        const why = end.cancellation_note === null ? "" : `: ${end.cancellation_note}`;
        lost.abort(new CancelledError(`deployment ${end.id} was cancelled${why}`));
      }
    });
    // Called in a function of our own, so that what it throws at once is its outcome too.
    const outcome = await (async () => deploy(deployment, lost.signal))().then(
      (result) => ({ succeeded: true, result }) as const,
      (error: unknown) => ({ succeeded: false, error }) as const,
    );
    done.abort();
    await keeper;
    await this.#forget(deployment.id);
    lost.signal.throwIfAborted();
    if (outcome.succeeded) {
      await outlastOutages(() => this.#queue.finish(deployment.id), outageOptions(options)).catch(asCancelled);
      return outcome.result;
    }
    const reason = outcome.error instanceof Error ? outcome.error.message : String(outcome.error);
    const note = oneLine(`failed: ${reason}`);
    const failure = await outlastOutages(() => this.#queue.cancel(deployment.id, note), outageOptions(options)).then(
      () => undefined,
      (error: unknown) => error,
    );
    options.onGivenUp?.(deployment.id, failure);
    throw outcome.error;
  }

  /**
   * Gives up the places of those who still wait; their start rejects with a CancelledError, and so does every one that comes
   * later.
   */
  async close(): Promise<void> {
    this.#closed.abort(new CancelledError("the queue was closed"));
    await Promise.allSettled(this.#waits);
    await this.#queue.database.close();
  }

  async #start(request: DeploymentRequest, options: StartOptions, heartbeat: boolean): Promise<Deployment> {
    throwIfAborted(this.#closed.signal);
    const wait = this.#wait(request, options, heartbeat);
    this.#waits.add(wait);
    try {
      return await wait;
    } finally {
      this.#waits.delete(wait);
    }
  }

  async #wait(request: DeploymentRequest, options: StartOptions, heartbeat: boolean): Promise<Deployment> {
    const { waitTimeout } = options;
    const timeout = new AbortController();
    let stopTimer = (): void => undefined;
    let id: DeploymentId | undefined;
    try {
      return await enterLineAndStart(this.#queue, request, {
        ...outageOptions(options),
        heartbeat,
        signal: AbortSignal.any([this.#closed.signal, timeout.signal, ...(options.signal ? [options.signal] : [])]),
        onEnqueued: (deployment) => {
          id = deployment.id;
          if (waitTimeout !== undefined) {
            const error = new WaitTimeoutError(`the turn did not come within ${waitTimeout} ms`);
            stopTimer = startTimer(waitTimeout, () => timeout.abort(error));
          }
          options.onEnqueued?.(deployment);
        },
        onWaiting: options.onWaiting,
        onNoNotifications: options.onNoNotifications,
        onGivenUp: options.onGivenUp,
      });
    } catch (error) {
      if (id !== undefined) {
        await this.#forget(id);
      }
      throw error;
    } finally {
      stopTimer();
    }
  }

  /** A program that lives long must not listen on the channels of all that it ever deployed. */
  async #forget(id: DeploymentId): Promise<void> {
    await this.#queue.database.unlisten(deploymentChannel(id)).catch(() => undefined);
  }
}

function asCancelled(error: unknown): never {
  throw error instanceof RefusedAsCancelledError ? new CancelledError(error.message, { cause: error }) : error;
}

function outageOptions(options: StartOptions): {
  outageTimeout: number | undefined;
  onOutage: StartOptions["onOutage"];
} {
  return { outageTimeout: options.outageTimeout, onOutage: options.onOutage };
}
