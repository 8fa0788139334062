import Table from "cli-table3";
import { printable } from "../text/printable.js";

/** A table without borders, as easy to read as to cut into columns. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" };
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    chars: {
      ...none,
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "",
    },
  });
  table.push(...rows.map((row) => row.map(printable)));
  return (
    table
      .toString()
      .split("\n")
      // A line of the log that begins with :: is a command to GitHub's runner.
      .map((line) => line.trimEnd().replace(/^(\s*):(?=:)/, "$1: "))
      .join("\n")
  );
}
