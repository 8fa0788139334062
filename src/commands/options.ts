import { Option } from "clipanion";
import { parseDuration } from "../output/durations.js";
import type { DeploymentRequest } from "../queue/deployment.js";
import { emptyIsAbsent, parseCellIndex } from "../queue/values.js";

/** The options that say what is deployed where, as start and run have them. */
export const deploymentOptions = {
  environment: () =>
    Option.String("--environment", { required: true, description: "Environment, such as dev or prod" }),
  provider: () => Option.String("--provider", { required: true, description: "Cloud provider, such as aws" }),
  region: () => Option.String("--region", { required: true, description: "Region, such as us-west-2" }),
  cellIndex: () => Option.String("--cell-index", { required: true, description: "Index of the cell, 0 or more" }),
  component: () => Option.String("--component", { required: true, description: "What is deployed" }),
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
  cancellationNote: () => Option.String("--cancellation-note", { description: "Why it is cancelled" }),
} as const;

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
  const maxDuration = emptyIsAbsent(options.maxDuration);
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
    maxDuration: maxDuration === undefined ? undefined : parseDuration(maxDuration, "--max-duration"),
  };
}
