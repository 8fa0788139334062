import type { Deployment } from "../queue/deployment.js";
import { reasonOf } from "../queue/errors.js";
import type { JourneyEvent, LeftBehindEvent } from "../queue/events.js";
import { callsAsCommands } from "../text/callAsCommand.js";
import { cellName, cellOf, deploymentName } from "../text/describe.js";
import type { WaitingDisplay } from "./lineDisplay.js";
import type { Log } from "./log.js";
import { logOutages } from "./outages.js";

/** Shows a journey to a person. */
export interface Follower extends Log {
  /** A subscriber of its events. */
  onEvent(event: JourneyEvent): Promise<void>;
}

/**
 * Shows the wait on a display, which the first place creates, and everything else in the log. What is said meanwhile goes through
 * the display.
 */
export function followJourney(
  log: Log,
  createDisplay: (deployment: Deployment) => WaitingDisplay | Promise<WaitingDisplay>,
): Follower {
  let entered: Deployment | undefined;
  let display: WaitingDisplay | undefined;
  const say = (level: "info" | "warn", message: string): void =>
    display === undefined ? log[level](message) : display.say(level, message);
  const follower: Follower = {
    info: (message) => say("info", message),
    warn: (message) => say("warn", message),
    async onEvent(event) {
      switch (event.event) {
        case "enqueued":
          entered = event.deployment;
          if (entered.start_timestamp === null && entered.cancellation_timestamp === null) {
            log.info(entranceText(entered));
          }
          return;
        case "waiting":
        case "still-waiting":
          if (entered !== undefined) {
            display ??= await createDisplay(entered);
            display.show(event, event.event === "waiting");
          }
          return;
        case "outage":
        case "outage-over":
        case "heartbeat-failed":
          return troubles(event);
        case "no-notifications":
          return follower.warn(noNotifications);
        case "waiting-for-parts":
          return log.info(`${event.reason}; waiting for its end. ${callsAsCommands(event.hint ?? "")}`.trim());
      }
      // The wait is over.
      display?.end();
      display = undefined;
      switch (event.event) {
        case "started": {
          const { deployment } = event;
          // Without a wait, the place has not been told yet.
          const where = entered?.start_timestamp === null ? "" : ` in ${cellName(cellOf(deployment))}`;
          return log.info(`${deploymentName(deployment)} started${where}`);
        }
        case "verifying":
          return log.info(`${deploymentName(event.deployment)} is being verified`);
        case "given-up":
          return log.info(`deployment ${event.deployment_id} was cancelled and left the line`);
        case "left-behind":
          return log.warn(leftBehindText(event));
      }
    },
  };
  const troubles = logOutages(follower);
  return follower;
}

function entranceText(deployment: Deployment): string {
  const name = deploymentName(deployment);
  const cell = cellName(cellOf(deployment));
  const release = `to let it go: deploy-queue release ${deployment.id}`;
  switch (deployment.hold) {
    case "outside":
      return `${name} is on hold outside the line of ${cell}; ${release}`;
    case "in-line":
      return `${name} is on hold in the line of ${cell}; ${release}`;
    default:
      return `${name} entered the line of ${cell}`;
  }
}

function leftBehindText({ deployment_id: id, failure, mayRun }: LeftBehindEvent): string {
  const unheard = mayRun
    ? `, but it may have started, and then it is not: look with "deploy-queue info ${id}", end it with "deploy-queue cancel deployment ${id}"`
    : "";
  return `deployment ${id} could not be cancelled (${reasonOf(failure)}); it will be reaped when its heartbeat is too old${unheard}`;
}

const noNotifications =
  "notifications do not arrive on this connection, most likely because of a transaction pooler such as PgBouncer: " +
  "looking every 2 to 15 seconds instead; for an instant start, connect to PostgreSQL directly or in session mode";
