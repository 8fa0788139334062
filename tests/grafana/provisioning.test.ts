import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { dataSource } from "../../grafana/src/query.js";

const root = join(import.meta.dirname, "../..");
const read = (path: string): Promise<string> => readFile(join(root, path), "utf8");

test("the data source is the one that the dashboards ask", async () => {
  const { datasources } = parse(await read("grafana/provisioning/datasources/deploy-queue.yaml"));

  expect(datasources).toEqual([expect.objectContaining(dataSource)]);
});

test("compose gives Grafana the files and every variable that they use", async () => {
  const { grafana } = parse(await read("compose.yaml")).services;
  const source = await read("grafana/provisioning/datasources/deploy-queue.yaml");
  const provider = parse(await read("grafana/provisioning/dashboards/deploy-queue.yaml")).providers[0];

  const used = [...source.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
  expect(Object.keys(grafana.environment)).toEqual(expect.arrayContaining(used));
  expect(grafana.volumes).toEqual(
    expect.arrayContaining([
      `./grafana/dashboards:${provider.options.path}:ro`,
      "./grafana/provisioning:/etc/grafana/provisioning:ro",
    ]),
  );
});

test("compose runs Grafana as a role that only reads", async () => {
  const { grafana, login } = parse(await read("compose.yaml")).services;

  expect(login.command.join(" ")).toContain(
    `create role ${grafana.environment.DEPLOY_QUEUE_POSTGRES_USER} login password '${grafana.environment.DEPLOY_QUEUE_POSTGRES_PASSWORD}' in role deploy_queue_reader`,
  );
});
