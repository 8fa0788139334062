import { constants } from "node:os";
import type { Deployment, DeploymentId } from "../queue/deployment.js";
import { enterLineAndStart, type WayIn } from "../queue/entering.js";
import { CancelledError, WaitTimeoutError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { startTimer } from "../queue/timer.js";
import { cellName, cellOf, deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import type { Log } from "./log.js";
import { logOutage } from "./outages.js";
import { gist, holdsFor } from "./placeNews.js";
import { cancellationOf, cancelledEvent, outageEvent, type WaitEvent } from "./waitEvents.js";
import type { WaitingDisplay } from "./waitingDisplay.js";

export interface EnterLineOptions {
  readonly wayIn: WayIn;
  /** Whether the deployment gets heartbeats after its start too. */
  readonly heartbeat: boolean;
  /** In milliseconds, as the next one. */
  readonly waitTimeout: number | undefined;
  readonly outageTimeout: number | undefined;
  /** Gives the place up when aborted, as a signal of the system does. */
  readonly signal?: AbortSignal | undefined;
  readonly log: Log;
  readonly createDisplay: (deployment: Deployment) => WaitingDisplay | Promise<WaitingDisplay>;
  /** Awaited; when it throws, the place is given up. */
  readonly onEnqueued?: ((deployment: Deployment) => Promise<void>) | undefined;
  readonly onEvent: (event: WaitEvent) => void;
}

/**
 * Enters the line and starts, and shows the person what is going on. A signal or a timeout gives the place up.
 * @throws CancelledError, WaitTimeoutError
 */
export async function enterLine(queue: Queue, options: EnterLineOptions): Promise<Deployment> {
  const { log, waitTimeout } = options;
  const giveUp = new AbortController();
  const signal = options.signal === undefined ? giveUp.signal : AbortSignal.any([giveUp.signal, options.signal]);
  let display: WaitingDisplay | undefined;
  let id: DeploymentId | undefined;
  let waits = true;
  const say = (level: "info" | "warn", message: string): void =>
    display === undefined ? log[level](message) : display.say(level, message);
  const sayOutage = logOutage({ info: (message) => say("info", message), warn: (message) => say("warn", message) });
  const onSignal = (name: NodeJS.Signals): void => {
    if (giveUp.signal.aborted) {
      process.exit(128 + constants.signals[name]);
    }
    say("info", `${name}: giving the place in the line up; once more to leave at once`);
    giveUp.abort(new CancelledError(`${name} came while waiting`));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onSignal);
  let stopTimer = (): void => undefined;
  let shown: { readonly reasons: string; readonly gist: string; readonly holdsUntil: number } | undefined;
  try {
    const started = await enterLineAndStart(queue, options.wayIn, {
      heartbeat: options.heartbeat,
      signal,
      outageTimeout: options.outageTimeout,
      onOutage(obstacle) {
        sayOutage(obstacle);
        options.onEvent(outageEvent(obstacle));
      },
      onNoNotifications: () => say("warn", noNotifications),
      async onEnqueued(deployment) {
        id = deployment.id;
        waits = deployment.start_timestamp === null;
        if (waits && deployment.cancellation_timestamp === null) {
          log.info(entranceMessage(deployment));
        }
        options.onEvent({ event: "enqueued", deployment });
        await options.onEnqueued?.(deployment);
        if (waitTimeout !== undefined) {
          const message = `${deploymentName(deployment)} did not get its turn within ${formatDuration(waitTimeout)}`;
          stopTimer = startTimer(waitTimeout, () => giveUp.abort(new WaitTimeoutError(message)));
        }
      },
      async onWaiting(attempt) {
        const reasons = JSON.stringify(attempt.waitingOn);
        if (reasons === shown?.reasons && performance.now() < shown.holdsUntil) {
          return;
        }
        // Only a picture of the wait: without a database there is none for now.
        const place = await queue.line.place(attempt.deployment.id).catch(() => undefined);
        if (place === undefined) {
          return;
        }
        const isNews = reasons !== shown?.reasons || gist(place) !== shown.gist;
        shown = { reasons, gist: gist(place), holdsUntil: performance.now() + holdsFor(place) };
        display ??= await options.createDisplay(attempt.deployment);
        display.show(place, isNews);
        if (isNews) {
          options.onEvent({ event: "waiting", ...place });
        }
      },
      onGivenUp(place, failure) {
        display?.end();
        if (failure === undefined) {
          log.info(`deployment ${place} was cancelled and left the line`);
          options.onEvent({ event: "given-up", deployment_id: place });
        } else {
          const reason = failure instanceof Error ? failure.message : String(failure);
          // A start whose answer was lost has ended its heartbeats, unless somebody was to go on with them.
          const unheard = `, but it may have started, and then it is not: look with "deploy-queue info ${place}", end it with "deploy-queue cancel deployment ${place}"`;
          log.warn(
            `deployment ${place} could not be cancelled (${reason}); it will be reaped when its heartbeat is too old${options.heartbeat ? "" : unheard}`,
          );
          options.onEvent({ event: "left-behind", deployment_id: place, reason });
        }
      },
    });
    display?.end();
    // Whoever did not wait has not said yet where.
    log.info(`${deploymentName(started)} started${waits ? "" : ` in ${cellName(cellOf(started))}`}`);
    options.onEvent({ event: "started", deployment: started });
    return started;
  } catch (error) {
    display?.end();
    if (error instanceof CancelledError && id !== undefined && !signal.aborted) {
      options.onEvent(cancelledEvent(id, await cancellationOf(queue, id)));
    }
    throw error;
  } finally {
    stopTimer();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal).off("SIGHUP", onSignal);
  }
}

function entranceMessage(deployment: Deployment): string {
  const cell = cellName(cellOf(deployment));
  switch (deployment.hold) {
    case "outside":
      return `${deploymentName(deployment)} is on hold outside the line of ${cell}; to let it go: deploy-queue release ${deployment.id}`;
    case "in-line":
      return `${deploymentName(deployment)} is on hold in the line of ${cell}; to let it go: deploy-queue release ${deployment.id}`;
    default:
      return `${deploymentName(deployment)} entered the line of ${cell}`;
  }
}

const noNotifications =
  "notifications do not arrive on this connection, most likely because of a transaction pooler such as PgBouncer: " +
  "looking every 2 to 15 seconds instead; for an instant start, connect to PostgreSQL directly or in session mode";
