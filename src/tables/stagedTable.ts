import type { StagedDeployment } from "../queue/calls/holds.js";
import { cellName, componentName } from "../text/describe.js";
import { formatMoment } from "../text/moments.js";
import { shellWords } from "../text/shellWords.js";
import { whoText } from "../text/whoText.js";
import { renderTable } from "./table.js";

export function stagedTable(staged: readonly StagedDeployment[]): string {
  return renderTable(
    ["id", "cell", "component", "since", "by", "release", "about"],
    staged.map((one) => [
      String(one.deployment_id),
      cellName({ ...one, index: one.cell_index }),
      componentName(one),
      formatMoment(one.created_at),
      whoText(one.actor, one.entered_by),
      releaseText(one),
      about(one),
    ]),
  );
}

/** What else a reviewer wants to know. */
function about({ hold, not_before, not_after, note, url }: StagedDeployment): string {
  const parts = [
    hold === "in-line" ? "keeps its place in the line" : null,
    not_before === null ? null : `not before ${formatMoment(not_before)}`,
    not_after === null ? null : `not after ${formatMoment(not_after)}`,
    note,
    url,
  ];
  return parts.filter((part) => part !== null).join("; ");
}

/** What its release does. */
export function releaseText({ command, process_waits, target }: StagedDeployment): string {
  if (process_waits) {
    return "its job goes on";
  }
  if (command !== null && target !== null) {
    return `an agent of ${target} runs ${shellWords(command)}`;
  }
  return command === null ? "starts it" : `runs ${shellWords(command)}`;
}
