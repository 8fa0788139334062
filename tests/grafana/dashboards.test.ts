import { beforeAll, describe, expect, test } from "vitest";
import { dashboards, toDashboard } from "../../grafana/src/dashboards.js";
import { dataSource } from "../../grafana/src/query.js";
import { stateColours } from "../../grafana/src/states.js";
import { useDatabase } from "../support/database.js";
import { seedBoards } from "../support/grafana/boardData.js";
import { interpolate } from "../support/grafana/interpolate.js";
import { type Board, type BoardPanel, requestOf } from "../support/grafana/queries.js";

const database = useDatabase();
const empty = useDatabase();
beforeAll(() => seedBoards(database.connect()));

const boards = Object.values(dashboards).map((builder): Board => JSON.parse(JSON.stringify(toDashboard(builder))));
const panels = boards.flatMap((board) =>
  board.panels.map((panel) => ({ board, panel, name: `${board.title}: ${panel.title}` })),
);

async function run(panel: BoardPanel, board: Board, chosen: Record<string, string[]> = {}, from = database) {
  const [target] = panel.targets;
  return from.sql.unsafe(interpolate(target?.rawSql ?? "", requestOf(board, chosen)));
}

test.each(boards)("$title shows its links to the other boards above its panels, and in no menu", ({ links }) => {
  expect(links).toHaveLength(1);
  expect(links[0]).not.toHaveProperty("placement");
});

test.each(panels)("$name returns what the panel draws", async ({ board, panel }) => {
  const rows = await run(panel, board);

  const columns = rows.columns.map(({ name, type }) => ({ name, type: typeOf(type) }));
  expect(rows.length).toBeGreaterThan(0);
  expect(columns).toSatisfy(shapes[panel.type] ?? (() => false));
  for (const { properties, matcher } of panel.fieldConfig.overrides) {
    expect(columns).toContainEqual(expect.objectContaining({ name: matcher.options }));
    for (const [, field] of JSON.stringify(properties).matchAll(/__data\.fields\.(\w+)/g)) {
      expect(columns).toContainEqual({ name: field, type: "text" });
    }
  }
  if (panel.type === "timeseries" || panel.type === "state-timeline") {
    const times = rows.map(({ time }) => Number(time));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }
  for (const state of rows.flatMap((row) => row["state"] ?? row["status"] ?? row["kind"] ?? [])) {
    expect(Object.keys(stateColours)).toContain(String(state).split(" ").at(-1));
  }
});

test.each(panels)("$name is valid in an empty database", async ({ board, panel }) => {
  const rows = await run(panel, board, {}, empty);

  expect(rows.length).toBeLessThanOrEqual(panel.type === "stat" ? 1 : 0);
});

test("the reader role may run every panel", async () => {
  await database.queue.roles.create();
  const reader = database.connect();
  await reader.unsafe("set role deploy_queue_reader");
  for (const { board, panel, name } of panels) {
    const [target] = panel.targets;
    await expect(reader.unsafe(interpolate(target?.rawSql ?? "", requestOf(board, {}))), name).resolves.toBeDefined();
  }
});

test.each(boards)("the variables of $title offer what there is, as text", async ({ templating }) => {
  for (const { query, multi, includeAll, datasource } of templating.list) {
    const rows = await database.sql.unsafe(query);

    expect({ multi, includeAll, datasource }).toEqual({ multi: true, includeAll: true, datasource: dataSource });
    expect(rows.columns.map(({ type }) => typeOf(type))).toEqual(["text"]);
    expect(rows.length).toBeGreaterThan(1);
  }
});

test("choosing several values keeps the rows of these", async () => {
  const { board, panel } = named("Usual durations");

  const rows = await run(panel, board, { component: ["api", "web"], environment: ["prod"], region: ["westus3"] });

  expect(new Set(rows.map(({ component }) => component))).toEqual(new Set(["api", "web"]));
  expect(new Set(rows.map(({ environment, region }) => `${environment} ${region}`))).toEqual(new Set(["prod westus3"]));
});

describe("hostile names, which an adoption brings", () => {
  const names = ["o'brien", "') or ('1' = '1", "'; drop schema deploy_queue cascade; --", "\\' or true --", "$tag$"];
  beforeAll(async () => {
    for (const name of [...names, "$x(y)", "$__timeFrom()", 'a"b']) {
      // Such names come from the predecessor only.
      await database.sql`insert into deploy_queue.components (component, is_adopted) values (${name}, true)`;
      await database.enqueue({ component: name, version: "v1" });
    }
  });

  test.each(panels)("$name shows them all under All", async ({ board, panel }) => {
    await expect(run(panel, board)).resolves.toBeDefined();
  });

  test.each(names)("%s is chosen as itself", async (name) => {
    const { board, panel } = named("Queue");

    const rows = await run(panel, board, { component: [name] });

    expect(rows.map(({ component }) => component)).toEqual([name]);
  });

  test.each(["$x(y)", "$__timeFrom()", 'a"b', "nobody') or true --"])("%s gives no other rows", async (name) => {
    const { board, panel } = named("Queue");

    // Grafana itself takes the first two for macros, and spoils the quotes of the third.
    const rows = await run(panel, board, { component: [name] }).catch(() => []);

    expect(rows).toHaveLength(0);
  });
});

describe("the JSON", () => {
  test("has unique uids, and panels that say what they mean and ask our data source", () => {
    expect(new Set(boards.map(({ uid }) => uid)).size).toBe(boards.length);
    for (const { panel } of panels) {
      expect(panel.description.length).toBeGreaterThan(20);
      expect([panel.datasource, ...panel.targets.map(({ datasource }) => datasource)]).toEqual([
        dataSource,
        dataSource,
      ]);
    }
  });

  test.each(boards)("places the panels of $title side by side", (board) => {
    const taken = new Set<string>();
    for (const { gridPos } of board.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken).not.toContain(`${x},${y}`);
          taken.add(`${x},${y}`);
        }
      }
    }
  });

  test("quotes variables for PostgreSQL everywhere", () => {
    for (const { panel } of panels) {
      for (const [variable] of panel.targets.flatMap(({ rawSql }) => [...rawSql.matchAll(/\$\{[^}]*\}/g)])) {
        expect(variable).toMatch(/^\$\{(environment|provider|region|component):sqlstring\}$/);
      }
    }
  });
});

type Column = { readonly name: string; readonly type: string };

const shapes: Readonly<Record<string, (columns: readonly Column[]) => boolean>> = {
  stat: (columns) => columns.every(({ type }) => type === "number"),
  table: (columns) => columns.every(({ type }) => type !== "other"),
  bargauge: (columns) => columns.map(({ type }) => type).join() === "text,number",
  timeseries: ([time, ...others]) =>
    isTime(time) &&
    others.every(({ type }) => type === "text" || type === "number") &&
    others.at(-1)?.type === "number",
  "state-timeline": ([time, ...others]) => isTime(time) && others.map(({ type }) => type).join() === "text,text",
};

function isTime(column: Column | undefined): boolean {
  return column?.name === "time" && (column.type === "time" || column.type === "number");
}

function typeOf(oid: number): string {
  if ([20, 21, 23, 700, 701, 1700].includes(oid)) return "number";
  if ([25, 1043].includes(oid)) return "text";
  return { 16: "boolean", 1184: "time" }[oid] ?? "other";
}

function named(title: string): (typeof panels)[number] {
  const found = panels.find(({ panel }) => panel.title === title);
  if (found === undefined) throw new Error(`no panel is called ${title}`);
  return found;
}
