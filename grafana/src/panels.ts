import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { dataSource, query } from "./query.js";

/** What every panel has: a title, an explanation for a person who has just been woken, SQL and a size. */
export interface PanelSettings {
  readonly title: string;
  readonly description: string;
  readonly sql: string;
  /** In the 24 columns of the grid. */
  readonly width: number;
  readonly height: number;
}

interface AnyPanel {
  title(title: string): this;
  description(description: string): this;
  datasource(source: typeof dataSource): this;
  span(width: number): this;
  height(height: number): this;
}

export function described<Panel extends AnyPanel>(panel: Panel, settings: PanelSettings): Panel {
  return panel
    .title(settings.title)
    .description(settings.description)
    .datasource(dataSource)
    .span(settings.width)
    .height(settings.height);
}

/** Rows to read; each column is formatted by its name. */
export function table(
  settings: PanelSettings,
  columns: Readonly<Record<string, readonly DynamicConfigValue[]>> = {},
): TableBuilder {
  const panel = described(new TableBuilder(), settings)
    .withTarget(query("table", settings.sql))
    .thresholds(plain)
    .noValue("none");
  for (const [name, properties] of Object.entries(columns)) {
    panel.overrideByName(name, [...properties]);
  }
  return panel;
}

/** One big figure for each column. */
export function stat(settings: PanelSettings): StatBuilder {
  return described(new StatBuilder(), settings)
    .withTarget(query("table", settings.sql))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false))
    .colorMode(BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.None)
    .textMode(BigValueTextMode.ValueAndName)
    .thresholds(plain);
}

/** Figures over time, one series for each metric. */
export function timeSeries(settings: PanelSettings): TimeSeriesBuilder {
  return described(new TimeSeriesBuilder(), settings)
    .withTarget(query("time_series", settings.sql))
    .min(0)
    .showPoints(VisibilityMode.Always)
    .pointSize(5)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    );
}

/** Counts over time, stacked. */
export function bars(settings: PanelSettings): TimeSeriesBuilder {
  return timeSeries(settings)
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(80)
    .lineWidth(0)
    .showPoints(VisibilityMode.Never)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
}

/** The colours of a figure from 0 upwards: nothing, then from each limit on another. */
export function limits(...steps: readonly { from: number; color: string }[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: "transparent" }, ...steps.map(({ from, color }) => ({ value: from, color }))]);
}

const plain = limits();
