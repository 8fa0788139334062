import type { BoardPanel } from "../../tests/support/grafana/queries.js";
import { type Field, fieldOf, type Row } from "./fields.js";
import { type Box, colour, colours, rectangle, text } from "./svg.js";

const rowHeight = 26;

export function drawTable(panel: BoardPanel, rows: readonly Row[], box: Box): string {
  const shown = panel.transformations?.some(({ id }) => id === "groupingToMatrix") ? matrix(rows) : rows;
  const [first] = shown;
  if (first === undefined)
    return text("none", { ...middle(box), room: box.width }, { fill: colours.faint, anchor: "middle" });
  const fields = Object.keys(first)
    .map((name) => fieldOf(panel, name))
    .filter((field) => !field.hidden);
  const widths = share(fields, shown, box.width);
  const fits = Math.floor(box.height / rowHeight) - 1;
  const parts: string[] = [];
  let x = box.x;
  for (const [index, field] of fields.entries()) {
    const width = widths[index] ?? 0;
    const most = Math.max(...shown.map((row) => Number(row[field.name]) || 0));
    parts.push(text(field.name, { x: x + 6, y: box.y + 17, room: width - 8 }, { fill: colours.faint, bold: true }));
    for (const [line, row] of shown.slice(0, fits).entries()) {
      const cell = { x, y: box.y + (line + 1) * rowHeight, width, height: rowHeight };
      parts.push(drawCell(field, row[field.name], cell, most));
    }
    x += width;
  }
  for (let line = 1; line <= Math.min(fits, shown.length); line++) {
    parts.push(rectangle({ ...box, y: box.y + line * rowHeight, height: 1 }, colours.line));
  }
  if (shown.length > fits) {
    parts.push(
      text(
        `${shown.length - fits} more`,
        { x: box.x + box.width - 4, y: box.y - 10, room: 90 },
        { fill: colours.faint, anchor: "end" },
      ),
    );
  }
  return parts.join("");
}

function drawCell(field: Field, value: unknown, cell: Box, most: number): string {
  const fill = field.colourOf(value);
  const content = field.textOf(value);
  const at = { x: cell.x + 6, y: cell.y + 17, room: cell.width - 8 };
  if (field.cellType === "color-background" && fill !== undefined && content !== "") {
    return (
      rectangle({ ...cell, x: cell.x + 1, y: cell.y + 1, width: cell.width - 2, height: cell.height - 1 }, fill) +
      text(content, at, { fill: colours.ink })
    );
  }
  if (field.cellType === "gauge" && typeof value === "number" && fill !== undefined) {
    const room = cell.width - 90;
    const bar = { x: at.x, y: cell.y + 6, width: (room * value) / most, height: cell.height - 11 };
    return rectangle(bar, fill) + text(content, { ...at, x: at.x + room + 6, room: 80 }, { fill });
  }
  return text(content, at, field.linked ? { fill: colour("blue") } : {});
}

/** Fixed widths where they are given; the others share what is left by the length of their texts. */
function share(fields: readonly Field[], rows: readonly Row[], width: number): number[] {
  const needs = fields.map((field) => {
    const longest = Math.max(field.name.length, ...rows.map((row) => field.textOf(row[field.name]).length));
    return Math.min(Math.max(longest, 8), 60) * (field.cellType === "gauge" ? 5 : 1);
  });
  const fixed = fields.reduce((sum, field) => sum + (field.width ?? 0), 0);
  const free = fields.reduce((sum, field, index) => sum + (field.width === undefined ? (needs[index] ?? 0) : 0), 0);
  const scale = free === 0 ? width / fixed : 1;
  return fields.map((field, index) =>
    field.width === undefined ? ((width - fixed) * (needs[index] ?? 0)) / free : field.width * scale,
  );
}

/** What the transformation "Grouping to matrix" makes of the rows. */
function matrix(rows: readonly Row[]): Row[] {
  const cells = [...new Set(rows.map(({ cell }) => String(cell)))];
  return [...new Set(rows.map(({ component }) => component))].map((component) => ({
    "component\\cell": component,
    ...Object.fromEntries(
      cells.map((cell) => [
        cell,
        rows.find((row) => row["component"] === component && row["cell"] === cell)?.["status"] ?? "",
      ]),
    ),
  }));
}

export function drawStat(panel: BoardPanel, [row]: readonly Row[], box: Box): string {
  const entries = Object.entries(row ?? {});
  const width = box.width / entries.length;
  return entries
    .map(([name, value], index) => {
      const field = fieldOf(panel, name);
      const fill = field.colourOf(value);
      const tile = { x: box.x + index * width + 2, y: box.y, width: width - 4, height: box.height };
      const ink = fill === undefined ? colours.text : colours.ink;
      const at = { x: tile.x + width / 2, room: width };
      return (
        rectangle(tile, fill ?? colours.line, 3) +
        text(name, { ...at, y: tile.y + 22 }, { fill: ink, size: 14, anchor: "middle" }) +
        text(
          field.textOf(value),
          { ...at, y: tile.y + box.height / 2 + 24 },
          { fill: ink, size: 32, anchor: "middle", bold: true },
        )
      );
    })
    .join("");
}

export function drawBarGauge(panel: BoardPanel, rows: readonly Row[], box: Box): string {
  const most = Math.max(...rows.map(({ waiting }) => Number(waiting)), 1);
  return rows
    .map(({ cell, waiting }, index) => {
      const y = box.y + index * 34;
      const fill = fieldOf(panel, "waiting").colourOf(waiting) ?? colours.line;
      return (
        text(String(cell), { x: box.x, y: y + 18, room: 200 }) +
        rectangle({ x: box.x + 200, y: y + 3, width: ((box.width - 240) * Number(waiting)) / most, height: 22 }, fill) +
        text(
          String(waiting),
          { x: box.x + box.width, y: y + 19, room: 40 },
          { fill, size: 14, anchor: "end", bold: true },
        )
      );
    })
    .join("");
}

function middle(box: Box): { x: number; y: number } {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
