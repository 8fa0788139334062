import { markdownTable } from "../scripts/markdownTable.js";
import { type Figure, ratioOf } from "./support.js";

/** In Markdown, as docs/performance.md has it. */
export function figureTable(figures: readonly Figure[]): string {
  return markdownTable([
    ["what", "figure", "beside", "ratio", "target"],
    ...figures.map((row) => {
      const { what, figure, range, beside, besideRange, unit = "", target = "" } = row;
      const ratio = ratioOf(row);
      return [
        what,
        cell(figure, unit, range),
        beside === undefined ? "" : cell(beside, unit, besideRange),
        ratio === undefined ? "" : `${round(ratio)} ×`,
        target,
      ];
    }),
  ]);
}

function cell(value: number, unit: string, range: Figure["range"]): string {
  const spread = range === undefined ? "" : ` (${range.map(round).join("–")})`;
  return `${`${round(value)} ${unit}`.trim()}${spread}`;
}

export function round(value: number): string {
  if (value > 0 && value < 0.1) return value.toPrecision(2);
  return Number.isInteger(value) || value >= 100
    ? value.toLocaleString("en", { maximumFractionDigits: 0 })
    : value.toFixed(2);
}
