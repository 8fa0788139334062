import type { RunningDeployment } from "../queue/calls/boards.js";
import { type CellStatus, freeingCall, type PlaceStatus, type Problem } from "../queue/calls/placeStatus.js";
import type { Freeze, MaintenanceWindow } from "../queue/calls/policies.js";
import type { DeploymentId } from "../queue/deployment.js";
import type { QueuedDeployment } from "../queue/forecast.js";
import { callAsCommand } from "./callAsCommand.js";
import { cellName, componentName } from "./describe.js";
import { prediction, slotsText } from "./describeForecast.js";
import { formatDuration } from "./durations.js";
import { formatMoment, withOurTimes } from "./moments.js";
import { freezeArea, windowTimes } from "./policies.js";
import { printable } from "./printable.js";
import { reasonInShort } from "./reasonInShort.js";

/** So many of a line are shown. */
const shown = 10;

/**
 * Everything about a place, the worst first: what needs a look and the next command to type, what withholds starts, then each cell
 * in which something is.
 * @param elapsed milliseconds since the database was read
 * @param logged the deployments that have a log
 */
export function describeStatus(
  name: string,
  status: PlaceStatus,
  elapsed = 0,
  logged: ReadonlySet<DeploymentId> = new Set(),
): string[] {
  const now = status.as_of.getTime() + elapsed;
  const busy = status.cells.filter(({ holders, waiting, held }) => holders.length + waiting.length + held.length > 0);
  return [
    `${name}: ${counts(status, busy.length)}`,
    ...status.problems.flatMap(problemLines),
    ...status.freezes.map((freeze) => freezeLine(freeze, now)),
    ...status.windows.map((window) => windowLine(window, now)),
    ...busy.flatMap((cell) => ["", ...cellLines(cell, now, logged)]),
  ].map(printable);
}

/** "nothing is wrong; 1 running, 3 waiting; 11 of 12 cells are free": of a cell, the first two. */
function counts({ problems, cells }: PlaceStatus, busy: number): string {
  const holders = cells.flatMap((cell) => cell.holders);
  const numbers = [
    ["running", holders.filter(({ status }) => status !== "buffering").length],
    ["buffering", holders.filter(({ status }) => status === "buffering").length],
    ["waiting", cells.reduce((sum, { waiting }) => sum + waiting.length, 0)],
    ["held", cells.reduce((sum, { held }) => sum + held.length, 0)],
  ] as const;
  const wrong =
    problems.length === 0
      ? "nothing is wrong"
      : `${problems.length} ${problems.length === 1 ? "needs" : "need"} a look`;
  const present = numbers.flatMap(([state, count]) => (count === 0 ? [] : [`${count} ${state}`]));
  const what = present.length === 0 ? "nothing runs or waits" : present.join(", ");
  return [wrong, what, ...(cells.length > 1 ? [`${cells.length - busy} of ${cells.length} cells are free`] : [])].join(
    "; ",
  );
}

/** When its commands are right. */
const whenToType: Readonly<Record<string, string>> = {
  silent: "if its process is gone",
  unkept: "once its work has ended",
  slow: "to look at it, or to end it",
  idle: "if nobody works on it",
  "line-held": "once the cell was looked at",
};

function problemLines({ kind, text, cures }: Problem): string[] {
  const when = whenToType[kind];
  const condition = when === undefined ? "" : `  (${when})`;
  return [`! ${kind}: ${withOurTimes(text)}`, ...cures.map((call) => `    ${callAsCommand(call)}${condition}`)];
}

function freezeLine(freeze: Freeze, now: number): string {
  const end = freeze.expires_at === null ? "until it is thawed" : `for ${left(freeze.expires_at, now)} more`;
  const command = callAsCommand({ function: "thaw", arguments: { freeze_id: String(freeze.freeze_id) } });
  return `freeze ${freeze.freeze_id} of ${freezeArea(freeze)} by ${freeze.owner}, ${end}: ${freeze.reason} (${command})`;
}

function windowLine(window: MaintenanceWindow, now: number): string {
  const { opens, closes } = window;
  const when =
    opens === null || closes === null
      ? "never opens"
      : opens.getTime() > now
        ? `closed, opens in ${left(opens, now)}`
        : `open for ${left(closes, now)} more`;
  return `window ${window.window_id} of ${window.environment}, ${windowTimes(window)}: ${when}`;
}

function cellLines(
  { cell, holders, waiting, held }: CellStatus,
  now: number,
  logged: ReadonlySet<DeploymentId>,
): string[] {
  const name = cellName(cell);
  const more = waiting.length - shown;
  const taken = new Set(holders.map(({ slot }) => slot)).size;
  return [
    cell.slots > 1 ? `${name}: ${slotsText(taken, cell.slots)}` : name,
    ...holders.flatMap((holder) => [
      ...holderLines(holder, cell.slots, now),
      ...(logged.has(holder.deployment_id) ? [line("", `deploy-queue logs ${holder.deployment_id}`)] : []),
    ]),
    ...waiting.slice(0, shown).map((row) => line(`${row.position}.`, waiterText(row, now))),
    ...(more > 0 ? [line("", `and ${more} more: deploy-queue list queue --cell ${name}`)] : []),
    ...held.map((row) =>
      line(
        "held",
        `${row.deployment_id} ${componentName(row)}${by(row.actor)}: deploy-queue release ${row.deployment_id}`,
      ),
    ),
  ];
}

function holderLines(row: RunningDeployment, slots: number, now: number): string[] {
  const slot = slots > 1 ? ` in slot ${row.slot}` : "";
  const what = `${row.deployment_id} ${componentName(row)}${slot}${by(row.actor)}`;
  const end =
    row.buffering_until !== null
      ? `${left(row.buffering_until, now)} of its buffer left`
      : [
          `for ${formatDuration(Math.max(0, now - row.start_timestamp.getTime()))}`,
          row.avg_duration === null ? "" : `, usually ${formatDuration(row.avg_duration * 1000)}`,
          row.status === "verifying" ? `, being verified for ${formatDuration(now - Number(row.verifying_since))}` : "",
          row.status === "stopping" ? `, asked to stop${row.stopped_by === null ? "" : ` by ${row.stopped_by}`}` : "",
          row.heartbeat_age === null ? ", without heartbeats" : "",
          `, since ${formatMoment(row.start_timestamp)}`,
        ].join("");
  const isOverdue = row.status === "stopping" && (row.stops_by === null || row.stops_by.getTime() <= now);
  return [
    line(row.status, `${what}, ${end}`),
    ...(row.url === null ? [] : [line("", row.url)]),
    ...(isOverdue
      ? [
          line(
            "",
            `${callAsCommand(freeingCall(row.deployment_id))}  (frees the cell at once: once its work has ended)`,
          ),
        ]
      : []),
  ];
}

function waiterText(row: QueuedDeployment, now: number): string {
  const reasons = row.blockers.flatMap((blocker) => ("text" in blocker ? [reasonInShort(blocker)] : []));
  const why = reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
  const waits = formatDuration(now - row.created_at.getTime());
  const priority = row.priority === 0 ? "" : `, priority ${row.priority}`;
  const reserved = row.reserved_until === null ? "" : `reserved, ${left(row.reserved_until, now)} left, `;
  const outlook =
    row.idle_since === null
      ? `${reserved}${prediction(row, now)}${why}, waits for ${waits}`
      : `idle for ${formatDuration(now - row.idle_since.getTime())}, nobody is listening`;
  return `${row.deployment_id} ${componentName(row)}${by(row.actor)}${priority}, ${outlook}`;
}

function line(label: string, text: string): string {
  return `  ${label.padEnd(10)}${text}`;
}

function by(actor: string | null): string {
  return actor === null ? "" : ` by ${actor}`;
}

function left(until: Date, now: number): string {
  return formatDuration(Math.max(0, until.getTime() - now));
}
