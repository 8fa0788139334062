import type { CheckReport } from "../queue/calls/checks.js";
import { inSeconds } from "../text/durations.js";
import { parseFlag } from "../text/flags.js";
import type { CommonInputs } from "./commonInputs.js";
import type { InputReader } from "./inputReader.js";
import { jobPage } from "./workflow.js";

export interface CheckInputs extends CommonInputs {
  readonly mode: "check";
  readonly report: Omit<CheckReport, "passed" | "details">;
  /** Undefined when the job was cancelled, which says nothing of the version. */
  readonly passed: boolean | undefined;
  readonly detailsFile: string | undefined;
}

export function readCheck(reader: InputReader, common: CommonInputs): CheckInputs {
  return {
    ...common,
    mode: "check",
    report: {
      component: reader.required("component"),
      version: reader.required("version"),
      name: reader.required("check"),
      url: reader.optional("url") ?? jobPage(common.job),
      expiresIn: inSeconds(reader.duration("expires")),
    },
    passed: readOutcome(reader, common),
    detailsFile: reader.optional("details"),
  };
}

function readOutcome(reader: InputReader, { job: { jobStatus } }: CommonInputs): boolean | undefined {
  const passed = reader.parsed("passed", (text) => parseFlag(text, "passed"));
  if (passed === undefined && jobStatus === "") {
    reader.problem("passed is missing, and how the job goes is not known");
  }
  return passed ?? (jobStatus === "cancelled" ? undefined : jobStatus === "success");
}
