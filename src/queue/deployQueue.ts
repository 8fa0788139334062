import { databaseUrlVariable } from "../database/connectionSettings.js";
import { connectionTarget } from "../database/connectionUrl.js";
import { Database } from "../database/database.js";
import { ensureSchema } from "../database/ensureSchema.js";
import { warnOfUnverified } from "../database/protection.js";
import { QueueCalls } from "./calls/queueCalls.js";
import { cancelledError } from "./cancelled.js";
import { deploymentChannel } from "./channels.js";
import type { Deployment, DeploymentId, DeploymentRequest } from "./deployment.js";
import { CancelledError, InvalidValueError, throwIfAborted } from "./errors.js";
import { type JourneyOptions, takeTurn } from "./journey.js";
import { oneLine } from "./oneLine.js";
import { Queue } from "./queue.js";
import { type Outcome, type Running, type RunOptions, runDeployment } from "./run.js";

export interface DeployQueueOptions {
  /** postgres://user:password@host/database, or "embedded" for this user's own server; else DEPLOY_QUEUE_DATABASE_URL. */
  readonly url?: string;
  /** Shown in pg_stat_activity and in deployment_events. */
  readonly applicationName?: string;
  /** Who acts, for the record: a claim beside the role of the database, which is what stands there without it. */
  readonly actor?: string;
  /** Whether to create the schema, or bring an older one up to date; true by default. */
  readonly migrate?: boolean;
  /** What the database or the migration has to say; silent by default. */
  readonly onMessage?: (message: string) => void;
}

/** The queue for Node.js programs: one connection, however many wait on it side by side. */
export class DeployQueue extends QueueCalls {
  readonly #queue: Queue;
  readonly #closed = new AbortController();
  /** The waits of this queue, each settled when it has ended. */
  readonly #waits = new Set<Promise<void>>();

  private constructor(database: Database) {
    super(database);
    this.#queue = new Queue(database);
  }

  /** @throws DatabaseUnavailableError, SchemaError, InvalidValueError */
  static async connect(options: DeployQueueOptions = {}): Promise<DeployQueue> {
    const given = options.url ?? process.env[databaseUrlVariable]?.trim();
    if (!given) {
      throw new InvalidValueError(`no database is named: url and ${databaseUrlVariable} are not set`, {
        hint: 'Set one to postgres://user:password@host/database, or to "embedded" for a private server that no other user shares.',
      });
    }
    const { url } = await connectionTarget(given);
    const onMessage = options.onMessage ?? (() => undefined);
    const database = new Database({
      url,
      applicationName: options.applicationName ?? "deploy-queue library",
      actor: options.actor,
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
    warnOfUnverified(url, onMessage);
    return new DeployQueue(database);
  }

  /**
   * Enters the line, waits and starts. The caller deploys then, and ends with finish or cancel. Without heartbeats,
   * the deployment is not reaped meanwhile.
   * @throws CancelledError, WaitTimeoutError, DatabaseUnavailableError, InvalidValueError; the place is given up
   */
  start(request: DeploymentRequest, options: JourneyOptions = {}): Promise<Deployment> {
    return this.#waiting(options, (journey) => takeTurn(this.#queue, request, { ...journey, heartbeat: false }));
  }

  /**
   * A whole deployment: waits for the turn, calls deploy with heartbeats, finishes when it returns, fails when it throws (and throws the
   * same, whatever becomes of that). The signal given to deploy is aborted when the deployment is cancelled or runs for too long, and
   * before its lease is over without contact to the database; deploy must end then. Until it has, the deployment holds its cell.
   * @throws CancelledError, LostContactError, once deploy has ended
   */
  async run<Result>(
    request: DeploymentRequest,
    deploy: (deployment: Deployment, signal: AbortSignal) => Promise<Result>,
    options: RunOptions = {},
  ): Promise<Result> {
    const work = async ({ deployment, stop }: Running): Promise<Outcome<Settled<Result>>> => {
      try {
        return { result: { value: await deploy(deployment, stop) }, failure: undefined };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { result: { error }, failure: oneLine(`failed: ${reason}`) };
      }
    };
    const { result, end } = await this.#waiting(options, (journey) =>
      runDeployment(this.#queue, request, work, { ...options, ...journey }),
    );
    const { id } = end.deployment;
    if (end.how === "cancelled") {
      throw cancelledError(end.deployment);
    }
    if (end.how === "lost-contact") {
      throw end.error;
    }
    if ("error" in result) {
      if (end.how === "failed") {
        await options.onEvent?.({ event: "given-up", deployment_id: id });
      } else if (end.how === "untold") {
        await options.onEvent?.({ event: "left-behind", deployment_id: id, failure: end.error, mayRun: false });
      }
      throw result.error;
    }
    if (end.how === "untold") {
      throw end.error;
    }
    return result.value;
  }

  /**
   * Gives up the places of the deployments that still wait: their start rejects with a CancelledError, and so does every later
   * start.
   */
  async close(): Promise<void> {
    this.#closed.abort(new CancelledError("the queue was closed"));
    await Promise.allSettled(this.#waits);
    await this.#queue.database.close();
  }

  /** A journey that close() ends while it waits, and after which nothing listens on the channel of its deployment. */
  async #waiting<Result>(
    options: JourneyOptions,
    journey: (options: JourneyOptions) => Promise<Result>,
  ): Promise<Result> {
    throwIfAborted(this.#closed.signal);
    const signals = [this.#closed.signal, ...(options.signal ? [options.signal] : [])];
    let id: DeploymentId | undefined;
    let stopWaiting = (): void => undefined;
    const wait = new Promise<void>((resolve) => {
      stopWaiting = resolve;
    });
    this.#waits.add(wait);
    try {
      return await journey({
        ...options,
        signal: AbortSignal.any(signals),
        onEvent: async (event) => {
          if (event.event === "enqueued") {
            id = event.deployment.id;
          }
          await options.onEvent?.(event);
          if (event.event === "started") {
            stopWaiting();
          }
        },
      });
    } finally {
      if (id !== undefined) {
        await this.database.unlisten(deploymentChannel(id)).catch(() => undefined);
      }
      stopWaiting();
      this.#waits.delete(wait);
    }
  }
}

type Settled<Result> = { readonly value: Result } | { readonly error: unknown };
