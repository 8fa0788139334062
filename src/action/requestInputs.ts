import type { DeploymentRequest } from "../queue/deployment.js";
import { inSeconds } from "../text/durations.js";
import { parseDeploymentId, parsePriority, parseSequence } from "../text/numbers.js";
import { printable } from "../text/printable.js";
import type { CommonInputs } from "./commonInputs.js";
import type { InputReader } from "./inputReader.js";
import { cellIndex } from "./targets.js";
import { jobPage, workflowFile } from "./workflow.js";

export function readRequest(reader: InputReader, common: CommonInputs): DeploymentRequest {
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
    maxDuration: inSeconds(reader.duration("max-duration")),
  };
}

export function readOrderedRequest(reader: InputReader, common: CommonInputs): DeploymentRequest {
  const sequence = reader.parsed("sequence", (text) => parseSequence(text, "sequence"));
  return {
    ...readRequest(reader, common),
    sequence,
    sequenceScope: sequence === undefined ? undefined : (reader.optional("sequence-scope") ?? workflowFile()),
    artifact: reader.optional("artifact"),
    confirmation: reader.optional("confirm"),
    rollbackOf: reader.parsed("rollback-of", parseDeploymentId),
    priority: reader.parsed("priority", (text) => parsePriority(text, "priority")),
  };
}
