import { Option } from "clipanion";
import type { Hold } from "../queue/deployment.js";
import { parseDuration } from "../text/durations.js";
import { parseHold } from "../text/holds.js";
import { parseLostContact } from "../text/lostContact.js";
import { parseCellIndex } from "../text/numbers.js";
import { optionalName, optionalText, optionalValue, parsedBy, requiredName, valueOption, valueOr } from "./values.js";

/** Options that several commands have. Durations are in milliseconds. */
export const options = {
  cell: () =>
    optionalName("--cell", "A known cell by its name, such as prod-aws-us-west-2-cell-1, instead of the next four"),
  environment: () => optionalName("-e,--environment", "Environment, such as dev or prod"),
  provider: () => optionalName("-p,--provider", "Cloud provider, such as aws"),
  region: () => optionalName("-r,--region", "Region, such as us-west-2"),
  cellIndex: () => valueOption("-i,--cell-index", "Index of the cell, 0 or more", parseCellIndex),
  requiredEnvironment: () => requiredName("-e,--environment", "Environment, such as dev or prod"),
  component: () => optionalName("-c,--component", "What is deployed"),
  version: () => optionalText("-v,--version", "Which version of it"),
  waitTimeout: () => optionalValue("--wait-timeout", "Give up waiting after this long, such as 30m", parseDuration),
  outageTimeout: () =>
    optionalValue("--outage-timeout", "Give up after this long without a database; 5m by default", parseDuration),
  heartbeatOutageTimeout: () =>
    optionalValue(
      "--outage-timeout",
      "Give up after this long without a database; by default 5m before the first heartbeat, and never from then on",
      parseDuration,
    ),
  hold: () =>
    Option.String("--hold", {
      tolerateBoolean: true,
      description:
        "Wait until it is released: outside the line, or with --hold=in-line in its place, and those behind it wait too",
      validator: parsedBy("--hold", parseHold),
    }),
  gracePeriod: () =>
    valueOr(
      "--grace-period",
      "10s",
      "How long the command may take to end before it is killed; 10s by default",
      parseDuration,
    ),
  force: () =>
    Option.Boolean("--force", false, {
      description: "Free the cell at once, without waiting for the work in it to end; asks, unless --yes is given",
    }),
  queuedOnly: () => Option.Boolean("--queued-only", false, { description: "Leave alone what runs" }),
  onLostContact: () =>
    optionalValue(
      "--on-lost-contact",
      "Whether the command is to stop (default) or to continue when the database is away for so long that others may start",
      parseLostContact,
    ),
  passDatabaseUrl: () =>
    Option.Boolean("--pass-database-url", false, {
      description:
        "The command may know DEPLOY_QUEUE_DATABASE_URL or DEPLOY_QUEUE_TOKEN, as a deploy-queue in it needs",
    }),
  log: () =>
    Option.Boolean("--log", {
      description:
        "Keep what the command prints, for deploy-queue logs; it has no terminal then. By default as the policy of the environment says",
    }),
  mask: () =>
    Option.Array("--mask", [], {
      description: "A variable of the environment whose value is masked in the log; may be given several times",
    }),
  confirm: () => optionalText("--confirm", "The phrase that the environment demands, exactly as it is written"),
  dryRun: () => Option.Boolean("--dry-run", false, { description: "Say what would happen, and change nothing" }),
  yes: () => Option.Boolean("--yes", false, { description: "Do not ask" }),
  cancellationNote: () => optionalText("--cancellation-note", "Why it is cancelled"),
} as const;

/** Without a value, and with yes for one, it is outside the line. */
export function holdOf(given: Hold | boolean | undefined): Hold | undefined {
  return given === true ? "outside" : given || undefined;
}
