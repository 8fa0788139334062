import type { PostgresQuery } from "../../../grafana/src/query.js";
import { boardTime } from "./boardData.js";
import type { Request } from "./interpolate.js";

/** The parts of a dashboard's JSON that ask for data. */
export interface Board {
  readonly links: readonly object[];
  readonly uid: string;
  readonly title: string;
  readonly time: { readonly from: string };
  readonly templating: { readonly list: readonly BoardVariable[] };
  readonly panels: readonly BoardPanel[];
}

export interface BoardVariable {
  readonly name: string;
  readonly query: string;
  readonly allValue: string;
  readonly multi: boolean;
  readonly includeAll: boolean;
  readonly datasource: { readonly uid: string };
}

export interface BoardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly datasource: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly PostgresQuery[];
  readonly transformations?: readonly { readonly id: string }[];
  readonly fieldConfig: {
    readonly defaults: Readonly<Record<string, unknown>> & { readonly custom?: Readonly<Record<string, unknown>> };
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

/** What Grafana knows when it opens a dashboard: its usual time range, and "All" everywhere unless chosen otherwise. */
export function requestOf(board: Board, chosen: Readonly<Record<string, readonly string[]>> = {}): Request {
  const [, count, unit] = /^now-(\d+)([hd])$/.exec(board.time.from) ?? [];
  const hours = Number(count) * (unit === "d" ? 24 : 1);
  return {
    from: new Date(boardTime.getTime() - hours * 3_600_000),
    to: boardTime,
    interval: "30m",
    variables: Object.fromEntries(
      board.templating.list.map(({ name, allValue }) => [name, { value: chosen[name] ?? ["$__all"], allValue }]),
    ),
  };
}
