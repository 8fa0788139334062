import { type EChartsOption, init } from "echarts";
import type { Request } from "../../tests/support/grafana/interpolate.js";
import type { BoardPanel } from "../../tests/support/grafana/queries.js";
import { colours, fieldOf, formatted, type Row } from "./fields.js";

interface Size {
  readonly width: number;
  readonly height: number;
}

const faint = "#8e8e9a";
const line = "#2c3235";

/** Lines, points or stacked bars: a series for each metric, or for each column of numbers. */
export function timeSeries(panel: BoardPanel, rows: readonly Row[], range: Request, size: Size): string {
  const { unit = "", "custom.drawStyle": style } = fieldOf(panel, "").settings;
  const shown = { symbol: "circle", symbolSize: 5, barWidth: 9 };
  const series = [...seriesOf(rows, range)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const points = series.flatMap(([, data]) => data);
  const times = [...new Set(points.map(([time]) => time))];
  return chart(range, size, {
    grid: { left: 64, right: 8, top: 8, bottom: 46 },
    legend: { bottom: 0, left: 60, icon: "rect", itemWidth: 14, itemHeight: 4, textStyle: { color: "#ccccdc" } },
    yAxis: {
      type: "value",
      min: 0,
      ...(unit === "s" ? { interval: Math.max(...points.map(([, value]) => value)) > 900 ? 300 : 120 } : {}),
      ...(unit === "" ? { minInterval: 1 } : {}),
      axisLabel: { color: faint, formatter: (value: number) => formatted(value, unit, 0) },
      splitLine: { lineStyle: { color: line } },
    },
    series: series.map(([name, data]) => {
      switch (style) {
        case "bars": {
          // What is stacked must have a value at every time.
          const values = new Map(data);
          const all = times.map((time): Point => [time, values.get(time) ?? 0]);
          return { ...shown, name, data: all, type: "bar", stack: "all" };
        }
        case "points":
          return { ...shown, name, data, type: "scatter" };
        default:
          return { ...shown, name, data, type: "line", lineStyle: { width: 1.5 } };
      }
    }),
  });
}

type Point = [time: number, value: number];

function seriesOf(rows: readonly Row[], { from }: Request): Map<string, Point[]> {
  const series = new Map<string, Point[]>();
  for (const { time, metric, ...values } of rows) {
    const at = time instanceof Date ? time.getTime() : Number(time) * 1000;
    for (const [column, value] of Object.entries(values)) {
      if (value === null || at < from.getTime()) continue;
      const name = String(metric ?? column);
      series.set(name, [...(series.get(name) ?? []), [at, Number(value)]]);
    }
  }
  return series;
}

/** A row for each cell; a state holds until the next one, and null ends it. */
export function stateTimeline(panel: BoardPanel, rows: readonly Row[], range: Request, size: Size): string {
  const cells = [...new Set(rows.map(({ cell }) => String(cell)))].toSorted();
  const states = cells.flatMap((cell) => {
    const own = rows.filter((row) => row["cell"] === cell);
    return own.map(({ time, state }, place) => ({ cell, state, from: time, to: own[place + 1]?.["time"] ?? range.to }));
  });
  const { colourOf } = fieldOf(panel, "state");
  const shown = states.flatMap(({ cell, state, from, to }) =>
    state === null || !(from instanceof Date) || !(to instanceof Date)
      ? []
      : [{ cell, state: String(state), from: Math.max(from.getTime(), range.from.getTime()), to: to.getTime() }],
  );
  return chart(range, size, {
    grid: { left: 200, right: 8, top: 0, bottom: 26 },
    yAxis: { type: "category", data: cells, inverse: true, axisLabel: { color: "#ccccdc" }, axisTick: { show: false } },
    series: [
      {
        type: "custom",
        encode: { x: [0, 2], y: 1 },
        data: shown.map(({ from, cell, to }) => [from, cell, to]),
        renderItem({ dataIndex }, { coord, size: sizeOf }) {
          const { cell, state, from, to } = shown[dataIndex] ?? { cell: "", state: "", from: 0, to: 0 };
          const [[left = 0, middle = 0], [right = 0]] = [coord([from, cell]), coord([to, cell])];
          const [, height = 0] = [sizeOf?.([0, 1]) ?? 0].flat().map((length) => length * 0.84);
          const label = {
            text: right - left > 40 ? state : "",
            fill: "#111217",
            fontSize: 11,
            width: right - left - 6,
            overflow: "truncate",
          } as const;
          return {
            type: "rect",
            shape: { x: left, y: middle - height / 2, width: right - left, height },
            style: { fill: colourOf(state) ?? line },
            textContent: { type: "text", style: label },
            textConfig: { position: "insideLeft" },
          };
        },
      },
    ],
  });
}

function chart(range: Request, size: Size, option: EChartsOption): string {
  const days = range.to.getTime() - range.from.getTime() > 2 * 86_400_000;
  const drawn = init(null, null, { renderer: "svg", ssr: true, ...size });
  drawn.setOption({
    animation: false,
    useUTC: true,
    color: Object.values(colours).flatMap((colour) => colour ?? []),
    xAxis: {
      type: "time",
      min: range.from,
      max: range.to,
      splitLine: { show: false },
      axisLabel: { color: faint, hideOverlap: true, formatter: days ? "{MM}-{dd}" : "{HH}:{mm}" },
    },
    ...option,
  });
  const picture = drawn.renderToSVGString().replaceAll("\n", "");
  drawn.dispose();
  return picture;
}
