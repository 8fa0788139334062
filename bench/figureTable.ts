import { markdownTable } from "../scripts/markdownTable.js";
import { type Figure, ratioOf } from "./support.js";

/** In Markdown, as docs/performance.md has it. */
export function figureTable(figures: readonly Figure[]): string {
  return markdownTable([head, ...figures.map(cells)]);
}

export const head: readonly string[] = [
  "what",
  "figure (spread)",
  "p99",
  "beside (spread); p99",
  "ratio; of p99",
  "target",
];

/** A line of it. */
export function cells(row: Figure): string[] {
  const { what, figure, range, p99, beside, besideRange, besideP99, unit = "", target = "" } = row;
  const ratio = ratioOf(row);
  const both = p99 !== undefined && besideP99 !== undefined;
  return [
    what,
    cell(figure, unit, range),
    p99 === undefined ? "" : round(p99),
    beside === undefined ? "" : cell(beside, unit, besideRange) + (both ? `; ${round(besideP99)}` : ""),
    ratio === undefined ? "" : `${round(ratio)}${both ? `; ${round(p99 / besideP99)}` : ""} ×`,
    target,
  ];
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
