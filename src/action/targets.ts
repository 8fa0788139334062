import type { Location, Whereabouts } from "../queue/deployment.js";
import { parseCellIndex, parseDeploymentId } from "../text/numbers.js";
import type { InputReader } from "./inputReader.js";

export type CancelTarget =
  | { readonly kind: "deployment"; readonly id: string }
  | { readonly kind: "version"; readonly component: string; readonly version: string }
  | ({ readonly kind: "location"; readonly cellIndex: number | undefined } & Omit<Location, "cellIndex">);

export type AssertTarget =
  | { readonly kind: "deployment"; readonly id: string }
  | { readonly kind: "url"; readonly url: string; readonly where: Whereabouts };

/** @throws InvalidValueError */
export function cellIndex(text: string): number {
  return parseCellIndex(text, "cell-index");
}

/**
 * An id; else a component and its version; else a location. The last two together are refused. A workflow gives both when
 * it meant to cancel one deployment and an earlier step did not output its id.
 */
export function readCancelTarget(reader: InputReader): CancelTarget {
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

/** An id; else a url, whose deployment is sought in the given place. */
export function readAssertTarget(reader: InputReader): AssertTarget {
  const id = reader.parsed("deployment-id", parseDeploymentId);
  const url = reader.optional("url");
  if (reader.optional("deployment-id") !== undefined) {
    return { kind: "deployment", id: id ?? "" };
  }
  if (url === undefined) {
    reader.problem("mode assert needs deployment-id or url");
  }
  return {
    kind: "url",
    url: url ?? "",
    where: {
      environment: reader.optional("environment"),
      cloudProvider: reader.optional("cloud-provider"),
      region: reader.optional("region"),
      cellIndex: reader.parsed("cell-index", cellIndex),
    },
  };
}
