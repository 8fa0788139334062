import { type Board, type BoardPanel, requestOf } from "../../tests/support/grafana/queries.js";
import { drawStateTimeline, drawTimeSeries, type Range } from "./charts.js";
import type { Row } from "./fields.js";
import { type Box, colours, element, rectangle, text } from "./svg.js";
import { drawBarGauge, drawStat, drawTable } from "./tables.js";

const width = 1400;
const unit = 38;

/** Draws the data of a dashboard about as Grafana does: the panels in their places, by their own colours and units. */
export function picture(board: Board, rowsOf: ReadonlyMap<number, readonly Row[]>): string {
  const rows = Math.max(...board.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const height = rows * unit + 50;
  const panels = board.panels.map((panel) => drawPanel(panel, rowsOf.get(panel.id) ?? [], requestOf(board)));
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      "font-family": "Inter, Helvetica, Arial, sans-serif",
    },
    element("title", {}, `${board.title}: its data, drawn`),
    rectangle({ x: 0, y: 0, width, height }, colours.page),
    text(board.title, { x: 16, y: 28, room: width }, { size: 18 }),
    `\n${panels.join("\n")}\n`,
  )}\n`;
}

function drawPanel(panel: BoardPanel, rows: readonly Row[], range: Range): string {
  const column = (width - 16) / 24;
  const { x, y, w, h } = panel.gridPos;
  const box = { x: 8 + x * column + 4, y: 44 + y * unit, width: w * column - 8, height: h * unit - 8 };
  const inner = { x: box.x + 10, y: box.y + 34, width: box.width - 20, height: box.height - 42 };
  return (
    rectangle(box, colours.panel, 3) +
    text(panel.title, { x: box.x + 10, y: box.y + 20, room: box.width }, { size: 14, bold: true }) +
    drawContent(panel, rows, inner, range)
  );
}

function drawContent(panel: BoardPanel, rows: readonly Row[], box: Box, range: Range): string {
  switch (panel.type) {
    case "table":
      return drawTable(panel, rows, box);
    case "stat":
      return drawStat(panel, rows, box);
    case "bargauge":
      return drawBarGauge(panel, rows, box);
    case "timeseries":
      return drawTimeSeries(panel, rows, box, range);
    case "state-timeline":
      return drawStateTimeline(panel, rows, box, range);
    default:
      throw new Error(`no picture of a ${panel.type}`);
  }
}
