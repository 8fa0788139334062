import type { Board, BoardPanel } from "../../tests/support/grafana/queries.js";
import { requestOf } from "../../tests/support/grafana/queries.js";
import { stateTimeline, timeSeries } from "./charts.js";
import { colours, fieldOf, type Row } from "./fields.js";

const width = 1400;
/** Pixels of a row of Grafana's grid, with its gap. */
const unit = 38;

const style = `
  .board { box-sizing: border-box; height: 100%; padding: 8px; background: #111217; color: #ccccdc; font: 12px Inter, Helvetica, Arial, sans-serif;
    display: grid; grid-template-columns: repeat(24, 1fr); grid-template-rows: 36px; grid-auto-rows: ${unit - 8}px; gap: 8px; }
  h1 { grid-column: 1 / -1; margin: 8px; font-size: 18px; font-weight: normal; }
  section { overflow: hidden; padding: 8px 10px; background: #181b1f; border-radius: 3px; }
  h2 { margin: 0 0 10px; font-size: 14px; }
  table { width: 100%; border-collapse: collapse; }
  th, td { max-width: 240px; height: 25px; padding: 0 6px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; text-align: left; }
  th { color: #8e8e9a; }
  td { border-bottom: 1px solid #2c3235; }
  meter, .bar { display: inline-block; height: 15px; margin-right: 6px; vertical-align: middle; }
  .tiles { display: flex; gap: 4px; height: calc(100% - 28px); text-align: center; }
  .tiles div { flex: 1; padding-top: 8px; border-radius: 3px; background: #2c3235; font-size: 14px; }
  .tiles b { display: block; margin-top: 14px; font-size: 32px; }`;

/**
 * Shows the data of a dashboard about as Grafana does: the panels in their places, with their own colours and units. It is a page
 * inside of an SVG, so that the browser lays it out and a picture in Markdown shows it.
 */
export function picture(board: Board, rowsOf: ReadonlyMap<number, readonly Row[]>): string {
  const height = Math.max(...board.panels.map(({ gridPos }) => gridPos.y + gridPos.h)) * unit + 60;
  const panels = board.panels.map((panel) => {
    const { x, y, w, h } = panel.gridPos;
    const content = contentOf(panel, rowsOf.get(panel.id) ?? [], board);
    return `<section style="grid-area: ${y + 2} / ${x + 1} / span ${h} / span ${w}"><h2>${escaped(panel.title)}</h2>${content}</section>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">
<title>${escaped(board.title)}: its data, drawn</title>
<style>${style}</style>
<foreignObject width="${width}" height="${height}">
<div xmlns="http://www.w3.org/1999/xhtml" class="board">
<h1>${escaped(board.title)}</h1>
${panels.join("\n")}
</div>
</foreignObject>
</svg>
`;
}

function contentOf(panel: BoardPanel, rows: readonly Row[], board: Board): string {
  const { w, h } = panel.gridPos;
  const size = { width: Math.floor((width * w) / 24) - 30, height: h * unit - 50 };
  switch (panel.type) {
    case "table":
      return table(panel, panel.transformations?.some(({ id }) => id === "groupingToMatrix") ? matrix(rows) : rows);
    case "stat":
      return tiles(panel, rows);
    case "bargauge":
      return bars(panel, rows);
    case "timeseries":
      return timeSeries(panel, rows, requestOf(board), size);
    case "state-timeline":
      return stateTimeline(panel, rows, requestOf(board), size);
    default:
      throw new Error(`no picture of a ${panel.type}`);
  }
}

function table(panel: BoardPanel, rows: readonly Row[]): string {
  const [first] = rows;
  if (first === undefined) return "none";
  const names = Object.keys(first).filter((name) => fieldOf(panel, name).settings["custom.hidden"] !== true);
  const head = names.map((name) => {
    const fixed = fieldOf(panel, name).settings["custom.width"];
    return `<th${fixed === undefined ? "" : ` style="width: ${fixed - 12}px"`}>${escaped(name)}</th>`;
  });
  const lines = rows.map((row) => names.map((name) => tableCell(panel, rows, name, row[name])).join(""));
  return `<table><tr>${head.join("")}</tr>${lines.map((cells) => `<tr>${cells}</tr>`).join("\n")}</table>`;
}

function tableCell(panel: BoardPanel, rows: readonly Row[], name: string, value: unknown): string {
  const { settings, colourOf, textOf } = fieldOf(panel, name);
  const text = escaped(textOf(value));
  const colour = colourOf(value);
  switch (settings["custom.cellOptions"]?.type) {
    case "color-background":
      return colour === undefined || text === "" ? `<td>${text}</td>` : `<td style="${ground(colour)}">${text}</td>`;
    case "gauge": {
      const most = Math.max(...rows.map((row) => Number(row[name]) || 0));
      return `<td style="color: ${colour}">${bar(Number(value) / most, 150, colour)}${text}</td>`;
    }
    default:
      return settings.links === undefined ? `<td>${text}</td>` : `<td style="color: ${colours["blue"]}">${text}</td>`;
  }
}

/** What the transformation "Grouping to matrix" makes of the rows. */
function matrix(rows: readonly Row[]): Row[] {
  return [...new Set(rows.map(({ component }) => component))].map((component) => ({
    "component\\cell": component,
    ...Object.fromEntries(rows.map(({ cell }) => [cell, ""])),
    ...Object.fromEntries(
      rows.filter((row) => row["component"] === component).map(({ cell, status }) => [cell, status]),
    ),
  }));
}

function tiles(panel: BoardPanel, [row = {}]: readonly Row[]): string {
  const each = Object.entries(row).map(([name, value]) => {
    const { colourOf, textOf } = fieldOf(panel, name);
    const colour = colourOf(value);
    return `<div${colour === undefined ? "" : ` style="${ground(colour)}"`}>${escaped(name)}<b>${escaped(textOf(value))}</b></div>`;
  });
  return `<div class="tiles">${each.join("")}</div>`;
}

function bars(panel: BoardPanel, rows: readonly Row[]): string {
  const most = Math.max(...rows.map(({ waiting }) => Number(waiting)), 1);
  const lines = rows.map(({ cell, waiting }) => {
    const colour = fieldOf(panel, "waiting").colourOf(waiting);
    return `<tr><td>${escaped(String(cell))}</td><td style="color: ${colour}">${bar(Number(waiting) / most, 120, colour)}${waiting}</td></tr>`;
  });
  return `<table>${lines.join("")}</table>`;
}

function bar(share: number, pixels: number, colour = "none"): string {
  return `<i class="bar" style="width: ${Math.round(share * pixels)}px; background: ${colour}"></i>`;
}

function ground(colour: string): string {
  return `background: ${colour}; color: #111217`;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
