import { AsyncLocalStorage } from "node:async_hooks";
import { setMaxListeners } from "node:events";
import { checkServer, isServerUrl, serverOf, tokenVariable } from "../client/serverUrl.js";
import { databaseUrlVariable } from "../database/connectionSettings.js";
import { connectionTarget } from "../database/connectionUrl.js";
import { type CamelCased, camelCased } from "./camelCase.js";
import { deploymentChannel } from "./channels.js";
import type { Deployment, DeploymentId, DeploymentRequest, ReservedRequest } from "./deployment.js";
import { CancelledError, ClosedError, InvalidValueError, RefusedError } from "./errors.js";
import { type JourneyOptions as Journey, takeTurn } from "./journey.js";
import { LibraryCalls } from "./libraryCalls.js";
import { inMilliseconds, type JourneyOptions, journeyOptions, type RunOptions, runOptions } from "./libraryOptions.js";
import { type Address, ensureReady, openSource } from "./openSource.js";
import { outlastOutages } from "./outage.js";
import { Queue } from "./queue.js";
import { runWork } from "./runWork.js";
import type { Source } from "./source.js";
import { wayInto } from "./wayIn.js";

export interface DeployQueueOptions {
  /**
   * postgres://user:password@host/database, "embedded" for this user's own server, or https://queue.example.com; else what
   * DEPLOY_QUEUE_DATABASE_URL or DEPLOY_QUEUE_URL says.
   */
  readonly url?: string;
  /** What lets in at a server; else DEPLOY_QUEUE_TOKEN, or the OIDC token of the CI job. */
  readonly token?: string;
  /** Shown in pg_stat_activity and in deployment_events. */
  readonly applicationName?: string;
  /** Who acts, for the record: a claim beside the role of the database, which is what stands there without it. */
  readonly actor?: string;
  /** Whether to create the schema, or bring an older one up to date; true by default. */
  readonly migrate?: boolean;
  /** For how many seconds the database may be away: start, run and the ends of a deployment outlast that; 300 by default. */
  readonly outageTimeout?: number;
  /** What the database or the migration has to say; silent by default. */
  readonly onMessage?: (message: string) => void;
}

/** The queue for Node.js programs: one connection, however many wait on it side by side. */
export class DeployQueue extends LibraryCalls {
  readonly #queue: Queue;
  /** In milliseconds. */
  readonly #outageTimeout: number | undefined;
  readonly #closed = new AbortController();
  /** Whether the code that asks is the work of a run. */
  readonly #working = new AsyncLocalStorage<boolean>();
  #closing: Promise<void> | undefined;
  /** What start and run do, each settled when it has ended. */
  readonly #journeys = new Set<Promise<unknown>>();

  private constructor(source: Source, outageTimeout: number | undefined) {
    super(source);
    this.#queue = new Queue(source);
    this.#outageTimeout = outageTimeout;
    setMaxListeners(0, this.#closed.signal);
  }

  /** @throws DatabaseUnavailableError, SchemaError, InvalidValueError */
  static async connect(options: DeployQueueOptions = {}): Promise<DeployQueue> {
    const address = await addressOf(options);
    const onMessage = options.onMessage ?? (() => undefined);
    const source = openSource({
      ...address,
      applicationName: options.applicationName ?? "deploy-queue library",
      actor: options.actor,
      onNotice: onMessage,
    });
    try {
      await ensureReady(source, {
        url: address.url,
        migrate: options.migrate ?? true,
        onProgress: onMessage,
        onWarning: onMessage,
      });
    } catch (error) {
      await source.close();
      throw error;
    }
    return new DeployQueue(source, inMilliseconds(options.outageTimeout));
  }

  /**
   * Enters the line, or takes a reserved place in it, waits and starts. The caller deploys then, and ends with finish or cancel. Without heartbeats,
   * the deployment is not reaped meanwhile.
   * @throws CancelledError, WaitTimeoutError, DatabaseUnavailableError, InvalidValueError; the place is given up. ClosedError
   */
  start(request: DeploymentRequest | ReservedRequest, options: JourneyOptions = {}): Promise<CamelCased<Deployment>> {
    const wayIn = wayInto(this.#queue, request);
    return this.#travel(options, async (journey) =>
      camelCased(await takeTurn(this.#queue, wayIn, { ...journey, heartbeat: false })),
    );
  }

  /**
   * A whole deployment: waits for the turn, calls deploy with heartbeats, finishes when it returns, fails when it throws (and throws the
   * same, whatever becomes of that). The signal given to deploy is aborted when the deployment is cancelled or runs for too long, when the
   * signal of the options is aborted or the queue closed, and before its lease is over without contact to the database; deploy must end
   * then. Until it has, the deployment holds its cell. With verify among the options, the deployment is being verified after deploy has
   * returned, and finishes as verified when verify returns, else it fails.
   * @throws CancelledError, LostContactError, once deploy has ended; ClosedError
   */
  run<Result>(
    request: DeploymentRequest | ReservedRequest,
    deploy: (deployment: CamelCased<Deployment>, signal: AbortSignal) => Promise<Result>,
    options: RunOptions = {},
  ): Promise<Result> {
    const work = (deployment: Deployment, signal: AbortSignal) =>
      this.#working.run(true, () => deploy(camelCased(deployment), signal));
    return this.#travel(options, (journey) =>
      runWork(this.#queue, request, work, { ...runOptions(options), ...journey }),
    );
  }

  /**
   * For good: every later call is refused with a ClosedError. Gives up the places of the deployments that still wait, whose start rejects
   * with a CancelledError; aborts the signals of the work that still runs, and waits until it has ended and the database knows.
   * @throws RefusedError when such work calls it
   */
  async close(): Promise<void> {
    if (this.#working.getStore() === true) {
      throw new RefusedError("the work of a run cannot close its queue, which waits for that work");
    }
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#closed.abort(new CancelledError("the queue was closed"));
    await Promise.allSettled(this.#journeys);
    await this.#queue.source.close();
  }

  protected override outlast<Result>(call: () => Promise<Result>): Promise<Result> {
    return outlastOutages(call, { signal: this.#closed.signal, outageTimeout: this.#outageTimeout });
  }

  /** A journey that close() ends, and after which nothing listens on the channel of its deployment. */
  async #travel<Result>(options: JourneyOptions, journey: (options: Journey) => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) {
      throw new ClosedError("the queue was closed");
    }
    const { onEvent, outageTimeout = this.#outageTimeout, waitTimeout } = journeyOptions(options);
    const signals = [this.#closed.signal, ...(options.signal ? [options.signal] : [])];
    let id: DeploymentId | undefined;
    const travelling = journey({
      outageTimeout,
      waitTimeout,
      signal: AbortSignal.any(signals),
      onEvent: async (event) => {
        if (event.event === "enqueued") {
          id = event.deployment.id;
        }
        await onEvent?.(event);
      },
    }).finally(async () => {
      if (id !== undefined) {
        await this.#queue.source.unlisten(deploymentChannel(id)).catch(() => undefined);
      }
    });
    this.#journeys.add(travelling);
    try {
      return await travelling;
    } finally {
      this.#journeys.delete(travelling);
    }
  }
}

async function addressOf({ url, token = process.env[tokenVariable]?.trim() }: DeployQueueOptions): Promise<Address> {
  if (url !== undefined && isServerUrl(url)) {
    return checkServer({ url, token }, "url");
  }
  const server = url === undefined ? serverOf(process.env) : undefined;
  const given = url ?? process.env[databaseUrlVariable]?.trim();
  if (server === undefined && !given) {
    throw new InvalidValueError(`no database is named: url and ${databaseUrlVariable} are not set`, {
      hint: 'Set one to postgres://user:password@host/database, or to "embedded" for a private server that no other user shares.',
    });
  }
  return server ?? { url: (await connectionTarget(given ?? "")).url };
}
