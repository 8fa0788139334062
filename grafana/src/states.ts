import { TableCellBackgroundDisplayMode, TableCellDisplayMode } from "@grafana/grafana-foundation-sdk/common";
import { type DynamicConfigValue, MappingType, type ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";

/** One colour for each state on every board. Red is kept for what a person must look at. */
export const stateColours = {
  reserved: "light-purple",
  queued: "purple",
  running: "blue",
  verifying: "light-blue",
  stopping: "orange",
  buffering: "yellow",
  finished: "green",
  failed: "#8e8e8e",
  cancelled: "#8e8e8e",
  pending: "orange",
  silent: "red",
  unkept: "red",
  slow: "red",
  idle: "red",
} as const;

/** Colours every text that ends with the name of a state, such as "v1.2.3 running". */
export const stateMappings: ValueMapping[] = Object.entries(stateColours).map(([state, color], index) => ({
  type: MappingType.RegexToText,
  options: { pattern: `/(^| )${state}$/`, result: { color, index } },
}));

/** Makes a column show its state by the colour of its cells. */
export const asState: DynamicConfigValue[] = [
  { id: "mappings", value: stateMappings },
  {
    id: "custom.cellOptions",
    value: { type: TableCellDisplayMode.ColorBackground, mode: TableCellBackgroundDisplayMode.Basic },
  },
  { id: "custom.width", value: 110 },
];
