import type { ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import type { BoardPanel } from "../../tests/support/grafana/queries.js";
import { colour } from "./svg.js";

export type Row = Readonly<Record<string, unknown>>;

/** How a panel shows one of its columns. */
export interface Field {
  readonly name: string;
  readonly unit: string;
  readonly decimals: number | undefined;
  readonly width: number | undefined;
  readonly hidden: boolean;
  readonly linked: boolean;
  readonly cellType: string | undefined;
  /** The colour of a value, undefined when it has none. */
  colourOf(value: unknown): string | undefined;
  textOf(value: unknown): string;
}

export function fieldOf(panel: BoardPanel, name: string): Field {
  const { defaults, overrides } = panel.fieldConfig;
  const settings = new Map<string, unknown>(Object.entries(defaults));
  for (const [key, value] of Object.entries(defaults.custom ?? {})) settings.set(`custom.${key}`, value);
  for (const { matcher, properties } of overrides) {
    if (matcher.id === "byName" && matcher.options === name) {
      for (const { id, value } of properties) settings.set(id, value);
    }
  }
  const read = <T>(id: string): T | undefined => settings.get(id) as T | undefined;
  const unit = read<string>("unit") ?? "";
  const decimals = read<number>("decimals");
  const mappings = read<ValueMapping[]>("mappings") ?? [];
  const fixed = read<{ mode: string; fixedColor?: string }>("color");
  const steps = read<{ steps: { value: number | null; color: string }[] }>("thresholds")?.steps ?? [];
  return {
    name,
    unit,
    decimals,
    width: read<number>("custom.width"),
    hidden: read<boolean>("custom.hidden") ?? false,
    linked: (read<unknown[]>("links") ?? []).length > 0,
    cellType: read<{ type: string }>("custom.cellOptions")?.type,
    colourOf(value) {
      const mapped = mappedTo(mappings, value)?.color;
      if (mapped !== undefined) return visible(mapped);
      if (fixed?.mode === "fixed" && fixed.fixedColor !== undefined) return visible(fixed.fixedColor);
      const reached =
        typeof value === "number" ? steps.filter((step) => value >= (step.value ?? -Infinity)).at(-1) : undefined;
      return reached === undefined ? undefined : visible(reached.color);
    },
    textOf(value) {
      return mappedTo(mappings, value)?.text ?? formatted(value, unit, decimals);
    },
  };
}

function visible(name: string): string | undefined {
  return name === "transparent" ? undefined : colour(name);
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

export function formatted(value: unknown, unit: string, decimals: number | undefined): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString().slice(0, 19).replace("T", " ");
  if (typeof value !== "number") return String(value);
  if (unit === "percentunit") return `${(value * 100).toFixed(decimals ?? 1)} %`;
  if (unit !== "s")
    return String(decimals === undefined ? Math.round(value * 100) / 100 : Number(value.toFixed(decimals)));
  if (value >= 5400) return `${(value / 3600).toFixed(decimals ?? 1)} hours`;
  return value >= 90 ? `${(value / 60).toFixed(decimals ?? 1)} mins` : `${Math.round(value)} s`;
}
