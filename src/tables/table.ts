import cliTruncate from "cli-truncate";
import stringWidth from "string-width";
import { printable } from "../text/printable.js";

const gap = "  ";
/** No column is cut to less. */
const narrowest = 14;
/** What is typed again is never cut, and of an address the end says as much as the beginning. */
const whole = "cell";
const cutInTheMiddle = "url";

/**
 * A table without borders, as easy to read as to cut into columns. On a terminal it fits the width: its widest columns are cut, and where
 * that is not enough, each row takes several lines.
 */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns = terminalColumns(),
): string {
  const texts = rows.map((row) => row.map(printable));
  const widths = fittingWidths(head, texts, columns);
  const lines =
    widths === undefined
      ? texts.flatMap((row) => stackedRow(head, row, columns))
      : [head, ...texts].map((row) => tableLine(head, row, widths));
  // A line of the log that begins with :: is a command to GitHub's runner.
  return lines.map((line) => line.trimEnd().replace(/^(\s*):(?=:)/, "$1: ")).join("\n");
}

function terminalColumns(): number {
  const { isTTY, columns } = process.stdout;
  return isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY;
}

/** Undefined where even the narrowest columns take more room than there is. */
function fittingWidths(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): number[] | undefined {
  const widths = head.map((title, index) =>
    Math.max(...[title, ...rows.map((row) => row[index] ?? "")].map((text) => stringWidth(text))),
  );
  const tooMuch = (): number => widths.reduce((sum, width) => sum + width, gap.length * (head.length - 1)) - columns;
  while (tooMuch() > 0) {
    const cuttable = widths.map((width, index) => (head[index] === whole ? 0 : width));
    const widest = Math.max(...cuttable);
    if (widest <= narrowest) {
      return undefined;
    }
    widths[cuttable.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function tableLine(head: readonly string[], row: readonly string[], widths: readonly number[]): string {
  return row
    .map((text, index) => {
      const width = widths[index] ?? 0;
      const position = head[index] === cutInTheMiddle ? "middle" : "end";
      const cut = cliTruncate(text, width, { position });
      return cut + " ".repeat(width - stringWidth(cut));
    })
    .join(gap);
}

/** "pos 1  cell prod-aws-us-west-2-cell-1", and what has no room behind it in lines below; what is empty is left out. */
function stackedRow(head: readonly string[], row: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const [index, text] of row.entries()) {
    if (text !== "") {
      const part = `${head[index]} ${text}`;
      const last = lines.at(-1);
      const joined = `${last}${gap}${part}`;
      if (last !== undefined && stringWidth(joined) <= columns) {
        lines[lines.length - 1] = joined;
      } else {
        lines.push(last === undefined ? part : `    ${part}`);
      }
    }
  }
  return lines;
}
