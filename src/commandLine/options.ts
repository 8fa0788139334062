import { Option } from "clipanion";
import type { DeploymentRequest } from "../queue/deployment.js";
import type { Queue } from "../queue/queue.js";
import { emptyIsAbsent, parseCellIndex, parseHold, parsePriority } from "../queue/values.js";
import { parseDuration } from "../text/durations.js";
import { parseMoment } from "../text/moments.js";
import { requiredOption } from "./requiredOption.js";

/** The options that say what is deployed where, as start and run have them. */
export const deploymentOptions = {
  environment: () => requiredOption("--environment", "Environment, such as dev or prod"),
  provider: () => requiredOption("--provider", "Cloud provider, such as aws"),
  region: () => requiredOption("--region", "Region, such as us-west-2"),
  cellIndex: () => requiredOption("--cell-index", "Index of the cell, 0 or more"),
  component: () => requiredOption("--component", "What is deployed"),
  version: () => Option.String("--version", { description: "Which version of it" }),
  url: () => Option.String("--url", { description: "Page of the job that deploys" }),
  note: () => Option.String("--note", { description: "Free text for people" }),
  concurrencyKey: () =>
    Option.String("--concurrency-key", { description: "Deployments with the same key may run side by side" }),
  maxDuration: () =>
    Option.String("--max-duration", {
      description: "It is reaped when it runs for longer, such as 2h; else the limit of the environment",
    }),
  waitTimeout: () => Option.String("--wait-timeout", { description: "Give up waiting after this long, such as 30m" }),
  outageTimeout: () =>
    Option.String("--outage-timeout", { description: "Give up after this long without a database; 5m by default" }),
  heartbeatOutageTimeout: () =>
    Option.String("--outage-timeout", {
      description:
        "Give up after this long without a database; by default 5m before the first heartbeat, and never from then on",
    }),
  priority: () => Option.String("--priority", { description: "Who has a higher one goes first; 0 by default" }),
  hold: () =>
    Option.String("--hold", {
      tolerateBoolean: true,
      description:
        "Wait until it is released: outside the line, or with --hold=in-line in its place, and those behind it wait too",
    }),
  notBefore: () =>
    Option.String("--not-before", {
      description: 'Do not start earlier, such as 2h or "2026-11-01 02:00 Europe/Berlin"; others pass until then',
    }),
  notAfter: () => Option.String("--not-after", { description: "Cancel it when it has not started by then" }),
  reason: (description: string) => Option.String("--reason", { description }),
  gracePeriod: () =>
    Option.String("--grace-period", "10s", {
      description: "How long the command may take to end before it is killed; 10s by default",
    }),
  yes: () => Option.Boolean("--yes", false, { description: "Do not ask" }),
  cancellationNote: () => Option.String("--cancellation-note", { description: "Why it is cancelled" }),
} as const;

export interface TermOptions {
  readonly priority: string | undefined;
  readonly hold?: string | boolean | undefined;
  readonly notBefore: string | undefined;
  readonly notAfter: string | undefined;
}

/** What keeps a deployment waiting by its own wish, and whom it passes. */
export async function readTerms(
  queue: Queue,
  options: TermOptions,
): Promise<Pick<DeploymentRequest, "priority" | "hold" | "notBefore" | "notAfter">> {
  return {
    priority: parsePriority(emptyIsAbsent(options.priority), "--priority"),
    hold: parseHold(options.hold, "--hold"),
    notBefore: await parseMoment(queue, options.notBefore, "--not-before"),
    notAfter: await parseMoment(queue, options.notAfter, "--not-after"),
  };
}

/** In milliseconds; an empty text, as scripts pass it, is none. */
export function readTimeout(text: string | undefined, option: string): number | undefined {
  const given = emptyIsAbsent(text);
  return given === undefined ? undefined : parseDuration(given, option);
}

export function toRequest(options: {
  readonly environment: string;
  readonly provider: string;
  readonly region: string;
  readonly cellIndex: string;
  readonly component: string;
  readonly version: string | undefined;
  readonly url: string | undefined;
  readonly note: string | undefined;
  readonly concurrencyKey: string | undefined;
  readonly maxDuration: string | undefined;
}): DeploymentRequest {
  return {
    environment: options.environment,
    cloudProvider: options.provider,
    region: options.region,
    cellIndex: parseCellIndex(options.cellIndex, "--cell-index"),
    component: options.component,
    version: emptyIsAbsent(options.version),
    url: emptyIsAbsent(options.url),
    note: emptyIsAbsent(options.note),
    concurrencyKey: emptyIsAbsent(options.concurrencyKey),
    maxDuration: readTimeout(options.maxDuration, "--max-duration"),
  };
}
