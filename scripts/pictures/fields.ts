import type { ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import type { BoardPanel } from "../../tests/support/grafana/queries.js";

export type Row = Readonly<Record<string, unknown>>;

/** How a panel shows one of its columns, by the names that Grafana has for it. */
interface Settings {
  readonly unit?: string;
  readonly decimals?: number;
  readonly links?: readonly unknown[];
  readonly mappings?: readonly ValueMapping[];
  readonly color?: { readonly mode: string; readonly fixedColor?: string };
  readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
  readonly "custom.drawStyle"?: string;
  readonly "custom.hidden"?: boolean;
  readonly "custom.width"?: number;
  readonly "custom.cellOptions"?: { readonly type: string };
}

export interface Field {
  readonly settings: Settings;
  /** The colour of a value, undefined when it has none. */
  colourOf(value: unknown): string | undefined;
  textOf(value: unknown): string;
}

/** The colours that Grafana's dark theme has for these names. */
export const colours: Readonly<Record<string, string | undefined>> = {
  green: "#73bf69",
  yellow: "#fade2a",
  blue: "#5794f2",
  orange: "#ff9830",
  red: "#f2495c",
  purple: "#b877d9",
  transparent: undefined,
};

export function fieldOf({ fieldConfig }: BoardPanel, name: string): Field {
  const own = fieldConfig.overrides.filter(({ matcher }) => matcher.id === "byName" && matcher.options === name);
  const settings: Settings = Object.fromEntries([
    ...Object.entries(fieldConfig.defaults),
    ...Object.entries(fieldConfig.defaults.custom ?? {}).map(([id, value]) => [`custom.${id}`, value]),
    ...own.flatMap(({ properties }) => properties.map(({ id, value }) => [id, value])),
  ]);
  const { mappings = [], color, thresholds, unit = "", decimals } = settings;
  return {
    settings,
    colourOf(value) {
      const reached = thresholds?.steps.filter(
        (step) => typeof value === "number" && value >= (step.value ?? -Infinity),
      );
      const named = mappedTo(mappings, value)?.color ?? color?.fixedColor ?? reached?.at(-1)?.color ?? "transparent";
      return named in colours ? colours[named] : named;
    },
    textOf: (value) => mappedTo(mappings, value)?.text ?? formatted(value, unit, decimals),
  };
}

function mappedTo(mappings: readonly ValueMapping[], value: unknown): { text?: string; color?: string } | undefined {
  for (const mapping of mappings) {
    if (mapping.type === "regex" && typeof value === "string") {
      if (new RegExp(mapping.options.pattern.slice(1, -1)).test(value)) return mapping.options.result;
    } else if (mapping.type === "special" && String(value) === mapping.options.match) {
      return mapping.options.result;
    }
  }
  return undefined;
}

export function formatted(value: unknown, unit: string, decimals?: number): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString().slice(0, 19).replace("T", " ");
  if (typeof value !== "number") return String(value);
  if (unit === "percentunit") return `${(value * 100).toFixed(decimals ?? 1)} %`;
  if (unit !== "s") return String(Number(value.toFixed(decimals ?? 2)));
  if (value >= 5400) return `${(value / 3600).toFixed(decimals ?? 1)} hours`;
  return value >= 90 ? `${(value / 60).toFixed(decimals ?? 1)} mins` : `${Math.round(value)} s`;
}
