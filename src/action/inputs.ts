import type { Bypass } from "../queue/calls/history.js";
import type { DeploymentRequest, Location } from "../queue/deployment.js";
import { parseHold } from "../text/holds.js";
import { parseCellIndex, parseDeploymentId, parsePriority } from "../text/numbers.js";
import { printable } from "../text/printable.js";
import { type CommonInputs, readCommon } from "./commonInputs.js";
import { InputReader } from "./inputReader.js";
import { jobPage } from "./workflow.js";

export type CancelTarget =
  | { readonly kind: "deployment"; readonly id: string }
  | { readonly kind: "version"; readonly component: string; readonly version: string }
  | ({ readonly kind: "location"; readonly cellIndex: number | undefined } & Omit<Location, "cellIndex">);

export interface StartInputs extends CommonInputs {
  readonly mode: "start" | "job";
  readonly request: DeploymentRequest;
  /** The text as it was given, because only the database knows its zone. */
  readonly notBefore: string | undefined;
  /** In milliseconds, as the next one. */
  readonly waitTimeout: number | undefined;
  readonly warnAfter: number | undefined;
}

export interface FinishInputs extends CommonInputs {
  readonly mode: "finish";
  readonly id: string;
  readonly slackStartMessage: string | undefined;
}

export interface CancelInputs extends CommonInputs {
  readonly mode: "cancel";
  readonly target: CancelTarget;
  readonly note: string | undefined;
  readonly slackStartMessage: string | undefined;
}

export interface InfoInputs extends CommonInputs {
  readonly mode: "info";
  readonly id: string;
}

export interface ListOutliersInputs extends CommonInputs {
  readonly mode: "list-outliers";
}

export interface ListCellsInputs extends CommonInputs {
  readonly mode: "list-cells";
  readonly environment: string;
}

export interface BypassInputs extends CommonInputs {
  readonly mode: "bypass";
  readonly bypass: Bypass;
}

export type Inputs =
  | StartInputs
  | FinishInputs
  | CancelInputs
  | InfoInputs
  | ListOutliersInputs
  | ListCellsInputs
  | BypassInputs;

const modes = ["job", "start", "finish", "cancel", "info", "list-outliers", "list-cells", "bypass"] as const;

/**
 * Reads the inputs that the mode needs; others may hold anything.
 * @throws InvalidValueError that names everything that is wrong
 */
export function readInputs(): Inputs {
  const reader = new InputReader();
  const common = readCommon(reader);
  const given = reader.required("mode");
  const mode = modes.find((known) => known === given);
  if (mode === undefined && given !== "") {
    reader.problem(`mode must be one of ${modes.join(", ")}, not "${given}"`);
  }
  return reader.checked(mode && readMode(reader, mode, common));
}

function readMode(reader: InputReader, mode: (typeof modes)[number], common: CommonInputs): Inputs {
  switch (mode) {
    case "job":
    case "start":
      return {
        ...common,
        mode,
        request: {
          ...readRequest(reader, common),
          hold: reader.parsed("hold", (text) => parseHold(text, "hold")),
          priority: reader.parsed("priority", (text) => parsePriority(text, "priority")),
        },
        notBefore: reader.optional("not-before"),
        waitTimeout: reader.duration("wait-timeout"),
        warnAfter: reader.duration("warn-after"),
      };
    case "finish":
      return { ...common, mode, id: readId(reader), slackStartMessage: reader.optional("slack-start-message-id") };
    case "cancel":
      return {
        ...common,
        mode,
        target: readTarget(reader),
        note: reader.parsed("cancellation-note", printable),
        slackStartMessage: reader.optional("slack-start-message-id"),
      };
    case "info":
      return { ...common, mode, id: readId(reader) };
    case "list-outliers":
      return { ...common, mode };
    case "list-cells":
      return { ...common, mode, environment: reader.required("environment") };
    case "bypass":
      return {
        ...common,
        mode,
        bypass: { ...readRequest(reader, common), note: reader.requiredParsed("note", printable) ?? "" },
      };
  }
}

function readRequest(reader: InputReader, common: CommonInputs): DeploymentRequest {
  return {
    environment: reader.required("environment"),
    cloudProvider: reader.required("cloud-provider"),
    region: reader.required("region"),
    cellIndex: reader.requiredParsed("cell-index", cellIndex) ?? 0,
    component: reader.required("component"),
    version: reader.optional("version"),
    url: reader.optional("url") ?? jobPage(common.job),
    // Commit messages have several lines.
    note: reader.parsed("note", printable),
    concurrencyKey: reader.optional("concurrency-key"),
    maxDuration: reader.duration("max-duration"),
  };
}

function readId(reader: InputReader): string {
  return reader.requiredParsed("deployment-id", parseDeploymentId) ?? "";
}

function cellIndex(text: string): number {
  return parseCellIndex(text, "cell-index");
}

/**
 * An id; else a component and its version; else a location. The last two together are refused. A workflow gives both when
 * it meant to cancel one deployment and an earlier step did not output its id.
 */
function readTarget(reader: InputReader): CancelTarget {
  const id = reader.parsed("deployment-id", parseDeploymentId);
  if (reader.optional("deployment-id") !== undefined) {
    return { kind: "deployment", id: id ?? "" };
  }
  const names = ["component", "version", "environment", "cloud-provider", "region", "cell-index"] as const;
  const [component, version, ...location] = names.map((name) => reader.optional(name));
  const byVersion = component !== undefined || version !== undefined;
  const byLocation = location.some((part) => part !== undefined);
  if (byVersion === byLocation) {
    reader.problem(
      byVersion
        ? "without deployment-id, mode cancel takes either component and version, and cancels that version in every cell, or environment, cloud-provider and region; not both"
        : "mode cancel needs deployment-id, or component and version, or environment, cloud-provider and region",
    );
  }
  if (byVersion) {
    return { kind: "version", component: reader.required("component"), version: reader.required("version") };
  }
  if (!byLocation) {
    return { kind: "deployment", id: "" };
  }
  return {
    kind: "location",
    environment: reader.required("environment"),
    cloudProvider: reader.required("cloud-provider"),
    region: reader.required("region"),
    cellIndex: reader.parsed("cell-index", cellIndex),
  };
}
