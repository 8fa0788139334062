import { summary } from "@actions/core";
import type { Deployment } from "../queue/deployment.js";
import { reasonOf } from "../queue/errors.js";
import { cellName, cellOf, componentName } from "../text/describe.js";
import { printable } from "../text/printable.js";
import { log } from "./log.js";

/** A row of the table: its name, its text, and the address if it is a link. */
export type SummaryRow = readonly [what: string, text: string, url?: string | undefined];

/** Adds a table to the summary of the job. Never throws, because a failed summary must not fail a deployment. */
export async function summarize(heading: string, rows: readonly SummaryRow[]): Promise<void> {
  if (!process.env["GITHUB_STEP_SUMMARY"]) {
    return;
  }
  const cells = rows.map(([what, text, url]) => [{ data: what, header: true }, linked(text, url)]);
  try {
    await summary.addHeading(heading, 3).addTable(cells).write();
  } catch (error) {
    log.warn(`the job summary was not written: ${reasonOf(error)}`);
  }
}

export function deploymentRows(deployment: Deployment): SummaryRow[] {
  const { id, url, note } = deployment;
  return [
    ["Deployment", String(id), url ?? undefined],
    ["Component", componentName(deployment)],
    ["Cell", cellName(cellOf(deployment))],
    ...(note === null ? [] : [["Note", note] as const]),
  ];
}

function linked(text: string, url: string | undefined): string {
  return url !== undefined && /^https?:\/\//.test(url)
    ? `<a href="${escaped(url)}">${escaped(text)}</a>`
    : escaped(text);
}

/** Escapes a text of users. Neither HTML nor Markdown takes effect in it: it is in a block of HTML, where only & < > " count. */
function escaped(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
