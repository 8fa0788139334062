import { alertRules } from "../grafana/src/alerts.js";
import { dashboards, toDashboard } from "../grafana/src/dashboards.js";
import { interpolate } from "../tests/support/grafana/interpolate.js";
import { type Board, requestOf } from "../tests/support/grafana/queries.js";

export interface BoardRead {
  readonly what: string;
  readonly sql: string;
}

/** What dashboards and alert rules ask of these tables and views, word by word, with "All" chosen everywhere. */
export function boardReads(...relations: readonly string[]): BoardRead[] {
  const reads = [...ofBoards(), ...ofAlerts()];
  return relations.flatMap((relation) => {
    const using = reads.filter(({ sql }) => new RegExp(`\\bdeploy_queue\\.${relation}\\b`).test(sql));
    // Boards share some of them.
    const different = using.filter(({ sql }, place) => using.findIndex((read) => read.sql === sql) === place);
    return different.map(({ what, sql }) => ({ what: `${relation}, as ${what} reads it`, sql }));
  });
}

function ofBoards(): BoardRead[] {
  return Object.values(dashboards).flatMap((builder) => {
    const board: Board = JSON.parse(JSON.stringify(toDashboard(builder)));
    const request = requestOf(board);
    const range = request.to.getTime() - request.from.getTime();
    const now = { ...request, from: new Date(Date.now() - range), to: new Date() };
    const panels = board.panels.flatMap(({ title, targets }) => targets.map(({ rawSql }) => ({ title, rawSql })));
    const variables = board.templating.list.map(({ name, query }) => ({
      title: `the choice of ${name}`,
      rawSql: query,
    }));
    return [...panels, ...variables].map(({ title, rawSql }) => ({
      what: `“${title}” of the board ${board.title.slice(0, 2)}`,
      sql: interpolate(rawSql, now),
    }));
  });
}

function ofAlerts(): BoardRead[] {
  return alertRules().groups.flatMap(({ rules }) =>
    rules.map(({ title, data: [{ model }] }) => ({ what: `the alert “${title}”`, sql: model.rawSql })),
  );
}
