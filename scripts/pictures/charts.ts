import type { BoardPanel } from "../../tests/support/grafana/queries.js";
import { fieldOf, formatted, type Row } from "./fields.js";
import { type Box, colours, element, palette, rectangle, text } from "./svg.js";

export interface Range {
  readonly from: Date;
  readonly to: Date;
}

/** Lines, points or stacked bars: a series for each metric, or for each column of numbers. */
export function drawTimeSeries(panel: BoardPanel, rows: readonly Row[], whole: Box, range: Range): string {
  const field = fieldOf(panel, "");
  const style = String(panel.fieldConfig.defaults.custom?.["drawStyle"] ?? "line");
  const series = seriesOf(rows);
  const names = [...series.keys()].toSorted();
  const stacked = new Map<number, number>();
  const points = [...series.values()].flat();
  if (style === "bars") for (const { time, value } of points) stacked.set(time, (stacked.get(time) ?? 0) + value);
  const step = stepOf(Math.max(...points.map(({ value }) => value), ...stacked.values()), field.unit);
  const most = 4 * step;
  const box = { x: whole.x + 64, y: whole.y + 4, width: whole.width - 72, height: whole.height - 50 };
  const xOf = (time: number): number =>
    box.x + (box.width * (time - range.from.getTime())) / (range.to.getTime() - range.from.getTime());
  const parts = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = box.y + box.height * (1 - share);
    const label = formatted(most * share, field.unit, 0);
    return (
      rectangle({ ...box, y, height: 1 }, colours.line) +
      text(label, { x: box.x - 6, y: y + 4, room: 60 }, { fill: colours.faint, size: 11, anchor: "end" })
    );
  });
  parts.push(timeAxis(box, range));
  const base = new Map<number, number>();
  for (const [index, name] of names.entries()) {
    const fill = palette[index % palette.length] ?? colours.text;
    const own = (series.get(name) ?? []).filter(({ time }) => time >= range.from.getTime());
    const height = (value: number): number => (box.height * value) / most;
    if (style === "bars") {
      const width = Math.max(box.width / Math.max(stacked.size, 40) / 1.6, 3);
      for (const { time, value } of own) {
        const from = base.get(time) ?? 0;
        base.set(time, from + value);
        parts.push(
          rectangle(
            {
              x: Math.max(xOf(time) - width / 2, box.x),
              y: box.y + box.height - height(from + value),
              width,
              height: height(value),
            },
            fill,
          ),
        );
      }
    } else {
      const dots = own.map(({ time, value }) => ({ cx: xOf(time), cy: box.y + box.height - height(value) }));
      if (style === "line") {
        const path = dots.map(({ cx, cy }) => `${cx.toFixed(1)},${cy.toFixed(1)}`).join(" ");
        parts.push(element("polyline", { points: path, fill: "none", stroke: fill, "stroke-width": 1.5 }));
      }
      parts.push(...dots.map((dot) => element("circle", { ...dot, r: 2.5, fill })));
    }
  }
  let x = box.x;
  for (const [index, name] of names.entries()) {
    parts.push(
      rectangle(
        { x, y: whole.y + whole.height - 14, width: 14, height: 4 },
        palette[index % palette.length] ?? colours.text,
      ),
    );
    parts.push(text(name, { x: x + 20, y: whole.y + whole.height - 8, room: 200 }));
    x += 44 + name.length * 7;
  }
  return parts.join("");
}

/** A round distance between lines, so that four of them reach the highest value. */
function stepOf(highest: number, unit: string): number {
  const rounds =
    unit === "percentunit"
      ? [0.01, 0.02, 0.05, 0.1, 0.25]
      : unit === "s"
        ? [15, 60, 120, 300, 600, 900, 1800, 3600]
        : [1, 2, 5, 10, 20, 25, 50, 100, 200, 500];
  return rounds.find((round) => 4 * round >= highest) ?? highest / 4;
}

interface Point {
  readonly time: number;
  readonly value: number;
}

function seriesOf(rows: readonly Row[]): Map<string, Point[]> {
  const series = new Map<string, Point[]>();
  for (const { time, metric, ...values } of rows) {
    for (const [column, value] of Object.entries(values)) {
      if (value === null) continue;
      const name = metric === undefined ? column : String(metric);
      const at = time instanceof Date ? time.getTime() : Number(time) * 1000;
      series.set(name, [...(series.get(name) ?? []), { time: at, value: Number(value) }]);
    }
  }
  return series;
}

/** A row for each cell; a state holds until the next one, and null ends it. */
export function drawStateTimeline(panel: BoardPanel, rows: readonly Row[], whole: Box, range: Range): string {
  const cells = [...new Set(rows.map(({ cell }) => String(cell)))].toSorted();
  const box = { x: whole.x + 200, y: whole.y, width: whole.width - 204, height: whole.height - 26 };
  const xOf = (time: number): number =>
    box.x + (box.width * Math.max(time - range.from.getTime(), 0)) / (range.to.getTime() - range.from.getTime());
  const height = box.height / Math.max(cells.length, 1);
  const parts = cells.flatMap((cell, line) => {
    const y = box.y + line * height;
    const own = rows.filter((row) => row["cell"] === cell);
    const label = text(cell, { x: box.x - 8, y: y + height / 2 + 4, room: 195 }, { anchor: "end" });
    const bars = own.map(({ time, state }, index) => {
      const end = own[index + 1]?.["time"] ?? range.to;
      if (state === null || !(time instanceof Date) || !(end instanceof Date)) return "";
      const [from, to] = [xOf(time.getTime()), xOf(end.getTime())];
      const fill = fieldOf(panel, "state").colourOf(state) ?? colours.line;
      const bar = { x: from, y: y + height * 0.08, width: to - from, height: height * 0.84 };
      return (
        rectangle(bar, fill) +
        text(
          String(state),
          { x: from + 3, y: y + height / 2 + 4, room: to - from - 4 },
          { fill: colours.ink, size: 11 },
        )
      );
    });
    return [label, ...bars];
  });
  return parts.join("") + timeAxis(box, range);
}

function timeAxis(box: Box, { from, to }: Range): string {
  const long = to.getTime() - from.getTime() > 2 * 86_400_000;
  return [0, 1, 2, 3, 4, 5, 6]
    .map((place) => {
      const moment = new Date(from.getTime() + ((to.getTime() - from.getTime()) * place) / 6).toISOString();
      const anchor = place === 0 ? "start" : place === 6 ? "end" : "middle";
      const at = { x: box.x + (box.width * place) / 6, y: box.y + box.height + 16, room: 90 };
      return text(long ? moment.slice(5, 10) : moment.slice(11, 16), at, { fill: colours.faint, size: 11, anchor });
    })
    .join("");
}
