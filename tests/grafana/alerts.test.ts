import { beforeAll, expect, test } from "vitest";
import { alertRules } from "../../grafana/src/alerts.js";
import { dashboards, toDashboard } from "../../grafana/src/dashboards.js";
import { dataSource } from "../../grafana/src/query.js";
import { useDatabase } from "../support/database.js";
import { seedBoards } from "../support/grafana/boardData.js";

const database = useDatabase();
const sql = database.connect();
beforeAll(() => seedBoards(sql));

const [group] = alertRules().groups;
const rules = group?.rules ?? [];

async function rowsOf(title: string) {
  const query = rules.find((rule) => rule.title === title)?.data[0].model.rawSql;
  return sql.unsafe(query ?? "no such rule");
}

test("a deployment that went silent is stuck", async () => {
  const rows = await rowsOf("Deployment stuck");

  expect(rows).toEqual([expect.objectContaining({ kind: "silent", component: "web", value: 1 })]);
});

test("outliers are named, with how many times slower than usual they are", async () => {
  const rows = await rowsOf("Deployment slower than usual");

  expect(rows.map(({ component }) => component).sort()).toEqual(["storage", "web"]);
  expect(Math.min(...rows.map(({ value }) => Number(value)))).toBeGreaterThan(1);
});

test("a line is counted in each cell", async () => {
  const rows = await rowsOf("Long line");

  expect(rows.map(({ value }) => value).toSorted()).toEqual([1, 1, 3]);
});

test("the worker is not seen when it was seen too long ago, or never", async () => {
  await sql`update deploy_queue.workers set last_seen_at = now() - interval '10 minutes'`;
  expect(await rowsOf("Worker not seen")).toEqual([{ value: 600 }]);
  await sql`update deploy_queue.workers set last_seen_at = now()`;
  expect(await rowsOf("Worker not seen")).toEqual([{ value: 0 }]);
  await sql`delete from deploy_queue.workers`;
  expect(await rowsOf("Worker not seen")).toEqual([{ value: 1e9 }]);
});

test.each(rules)("$title gives one number and texts, which become labels", async ({ title }) => {
  const types = (await rowsOf(title)).columns.map(({ type }) => type);

  expect(types.filter((type) => [20, 23, 701, 1700].includes(type))).toHaveLength(1);
  expect(types.filter((type) => type === 25)).toHaveLength(types.length - 1);
});

test.each(rules)("$title says which label it means, and opens a panel that exists", (rule) => {
  const texts = `${rule.annotations.summary} ${rule.annotations.description}`;
  const query = rule.data[0];

  for (const [, label] of texts.matchAll(/\{\{ \.Labels\.(\w+) \}\}/g)) {
    expect(query.model.rawSql).toMatch(new RegExp(`\\b${label}\\b`));
  }
  expect(texts).not.toContain("$");
  expect(query.datasourceUid).toBe(dataSource.uid);
  expect(rule.data.map(({ refId }) => refId)).toContain(rule.condition);
  expect(Object.values(dashboards).map((builder) => toDashboard(builder))).toContainEqual(
    expect.objectContaining({
      uid: rule.dashboardUid,
      panels: expect.arrayContaining([expect.objectContaining({ id: rule.panelId })]),
    }),
  );
});
