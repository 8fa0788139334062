import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createServer } from "../../src/server/createServer.js";
import { readDatabasesFile } from "../../src/server/databasesFile.js";
import { useDirectory } from "../support/commandLine.js";

const directory = useDirectory();
const file = join(directory, "databases.yaml");
const url = "postgres://server@127.0.0.1/queue";

function read(text: string) {
  writeFileSync(file, text);
  const { databases, problems } = readDatabasesFile(file, { PROD_URL: url, WRONG_URL: "postgres://:secret@/%" });
  return { databases, problems: problems.map((problem) => problem.replace(file, "databases.yaml")) };
}

test("a database has its environments, and its URL from a variable or a file", () => {
  writeFileSync(join(directory, "url"), `${url}-dev\n`);
  const { databases, problems } = read(
    `databases:\n  production: { environments: [prod], url_from_env: PROD_URL }\n  testing: { environments: [dev, Prod], url_file: ${join(directory, "url")} }\n`,
  );

  expect(problems).toEqual([]);
  expect(databases).toEqual([
    { name: "production", environments: ["prod"], url },
    { name: "testing", environments: ["dev", "Prod"], url: `${url}-dev` },
  ]);
});

test("JSON is YAML", () => {
  const text = JSON.stringify({ databases: { all: { environments: ["prod"], url_from_env: "PROD_URL" } } });
  expect(read(text)).toMatchObject({ databases: [{ name: "all", url }], problems: [] });
});

test.each([
  [
    "environments: [dev, v1]\n    url_from_env: PROD_URL",
    "3:25: databases.all.environments[2]: the path /v1 has a meaning",
  ],
  ["environments: [a/b]\n    url_from_env: PROD_URL", "3:20: databases.all.environments[1]: an environment is a path"],
  ["environments: ['..']\n    url_from_env: PROD_URL", "3:20: databases.all.environments[1]: an environment is a path"],
  [
    "environments: [dev, dev]\n    url_from_env: PROD_URL",
    "3:25: databases.all.environments[2]: environment dev is in the database all",
  ],
  ["environments: []\n    url_from_env: PROD_URL", "3:5: databases.all.environments: it is empty"],
  ["environments: [dev]", "2:3: databases.all: it needs url_from_env or url_file, one of them"],
  [
    "environments: [dev]\n    url_from_env: PROD_URL\n    url_file: x",
    "2:3: databases.all: it needs url_from_env or url_file",
  ],
  ["environments: [dev]\n    url_from_env: OTHER", "2:3: databases.all: OTHER is not set"],
  ["environments: [dev]\n    url_file: /nowhere/url", "2:3: databases.all: there is no /nowhere/url"],
  ["environments: [dev]\n    url_from_env: WRONG_URL", "2:3: databases.all: WRONG_URL is not a valid connection URL"],
  ["environments: [dev]\n    url: postgres://a:secret@b/c", "4:5: databases.all.url: there is no such key"],
])("%j is told with its place, and without a part of a URL", (written, problem) => {
  const { problems } = read(`databases:\n  all:\n    ${written}\n`);
  expect(problems).toEqual([expect.stringContaining(`databases.yaml:${problem}`)]);
  expect(problems.join()).not.toContain("secret");
});

test("no path of a server can be an environment", async () => {
  const ignore = (): void => undefined;
  const log = { ...{ trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore }, tellsInfo: false };
  const signIn = { issuer: "https://i.example", clientId: "c", publicUrl: "https://q.example" };
  const server = await createServer({ url, log, signIn });
  await server.ready();
  const paths = Object.keys(server.swagger().paths ?? {}).map((path) => path.split("/")[1] ?? "");
  await server.close();

  for (const name of new Set([...paths, "docs", "openapi.json", "metrics"])) {
    const { problems } = read(`databases:\n  all:\n    environments: [${name}]\n    url_from_env: PROD_URL\n`);
    expect(problems).toEqual([expect.stringContaining(`the path /${name} has a meaning of its own`)]);
  }
});
