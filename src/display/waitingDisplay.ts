import { createLogUpdate } from "log-update";
import stringWidth from "string-width";
import type { Deployment } from "../queue/deployment.js";
import type { Forecast } from "../queue/forecast.js";
import { deploymentName } from "../text/describe.js";
import { describeForecast } from "../text/describeForecast.js";
import { formatDuration } from "../text/durations.js";
import { type LogGroup, lineDisplay, type WaitingDisplay } from "./lineDisplay.js";
import { fitLines } from "./liveScreen.js";
import type { LeveledLog } from "./log.js";

/** On a terminal one region that is redrawn every second; elsewhere a line for each change, grouped for GitHub. */
export function createWaitingDisplay(deployment: Deployment, log: LeveledLog, { redrawn = true } = {}): WaitingDisplay {
  const { isTTY, columns, rows } = process.stderr;
  // A pseudo-terminal without a size, as some CI systems give, has no room for a region.
  const hasRoom = isTTY === true && columns > 0 && rows > 0 && process.env["TERM"] !== "dumb";
  const live = redrawn && hasRoom && log.tellsInfo;
  const group = process.env["GITHUB_ACTIONS"] === "true" ? githubGroup : undefined;
  return live ? liveDisplay(deployment, log) : lineDisplay(deployment, log, group);
}

function liveDisplay(deployment: Deployment, log: LeveledLog): WaitingDisplay {
  const update = createLogUpdate(process.stderr);
  const began = performance.now();
  let shown: { readonly forecast: Forecast; readonly at: number } | undefined;
  const draw = (): void => {
    if (shown !== undefined) {
      const now = performance.now();
      const [first = "", ...blockers] = describeForecast(shown.forecast, now - shown.at);
      const head = `${deploymentName(deployment)} waits for ${formatDuration(now - began)}: ${first}`;
      const lines = blockers.map((line) => `  ${line}`);
      update(fitRegion(head, lines, process.stderr.columns, process.stderr.rows - 1).join("\n"));
    }
  };
  const timer = setInterval(draw, 1_000);
  return {
    show(forecast) {
      shown = { forecast, at: performance.now() };
      draw();
    },
    say(level, message) {
      update.clear();
      log[level](message);
      draw();
    },
    end() {
      clearInterval(timer);
      update.clear();
      update.done();
    },
  };
}

/** The own place stays on the screen: where not all has room, each blocker has one line, and the last ones are only counted. */
function fitRegion(head: string, blockers: readonly string[], columns: number, rows: number): readonly string[] {
  const height = (line: string): number => Math.max(1, Math.ceil(stringWidth(line) / columns));
  const left = rows - height(head);
  return blockers.reduce((sum, line) => sum + height(line), 0) <= left
    ? [head, ...blockers]
    : [head, ...(left > 0 ? fitLines(blockers, columns, left) : [])];
}

/** For the command line in a step of a workflow, on the stream of the log. */
const githubGroup: LogGroup = {
  // GitHub reads %0A in it as a line break.
  start: (title) => process.stderr.write(`::group::${title.replaceAll("%", "%25")}\n`),
  end: () => process.stderr.write("::endgroup::\n"),
};
