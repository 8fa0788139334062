import type { Deployment } from "../queue/deployment.js";
import type { Forecast } from "../queue/forecast.js";
import { deploymentName } from "../text/describe.js";
import { describeForecast } from "../text/describeForecast.js";
import type { Log } from "./log.js";

/** Shows a wait while it lasts. */
export interface WaitingDisplay {
  /** isNews: whether it is worth a line of a log; true unless said otherwise. */
  show(forecast: Forecast, isNews?: boolean): void;
  /** A message about the wait itself, such as an outage. */
  say(level: "info" | "warn", message: string): void;
  end(): void;
}

/** Folds the lines in between. */
export interface LogGroup {
  start(title: string): void;
  end(): void;
}

/** A line for each change, in a group if there is one. */
export function lineDisplay(deployment: Deployment, log: Log, group?: LogGroup): WaitingDisplay {
  let open = false;
  return {
    show(forecast, isNews = true) {
      if (!isNews) {
        return;
      }
      if (!open) {
        group?.start(`${deploymentName(deployment)} waits for its turn`);
      }
      open = true;
      const [first = "", ...blockers] = describeForecast(forecast);
      const why = blockers.length === 0 ? "" : `: ${blockers.join("; ")}`;
      log.info(`${deploymentName(deployment)} waits, ${first}${why}`);
    },
    say(level, message) {
      log[level](message);
    },
    end() {
      if (open) {
        group?.end();
      }
      open = false;
    },
  };
}
