// A key is no way into another's place: it counts for the role that used it, for the same work, until that has ended.
import { describe, expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { newLine } from "../support/line.js";
import { useLogins } from "../support/logins.js";
import { outcome } from "../support/session.js";

const database = useDatabase();
const { sql } = database;
const newLogin = useLogins(database);

type Arguments = Record<string, string>;

function enqueue(given: Arguments): string {
  const named = Object.entries({ environment: "'dev'", cloud_provider: "'aws'", cell_index: "0", ...given });
  return `select id from deploy_queue.enqueue(${named.map(([name, value]) => `${name} => ${value}`).join(", ")})`;
}

function request(overrides: Arguments = {}): Arguments {
  const { region } = newLine(database);
  return {
    region: `'${region}'`,
    component: "'api'",
    version: "'v1'",
    idempotency_key: `'key of ${region}'`,
    ...overrides,
  };
}

describe("the same key", () => {
  test("is not refused for the outer blanks of a name, which every door trims", async () => {
    const first = request({ environment: "' dev '", component: "'api '" });
    expect(await sql.unsafe(enqueue(first))).toEqual(await sql.unsafe(enqueue(first)));
  });

  test.for([
    ["environment", "'prod'"],
    ["cloud_provider", "'gcp'"],
    ["region", "'elsewhere'"],
    ["cell_index", "1"],
    ["component", "'web'"],
    ["version", "'v2'"],
    ["version", "null"],
    ["concurrency_key", "'k'"],
    ["command", "'{./deploy.sh}'"],
  ] as const)("is refused for another %s: %s", async ([name, value]) => {
    const first = request();
    const [entered] = await sql.unsafe(enqueue(first));
    const failure = await sql.unsafe(enqueue({ ...first, [name]: value })).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "QD032",
      message: `the idempotency key is that of deployment ${entered?.["id"]} (api@v1), which has another ${name}`,
    });
    expect(
      await sql`select from deploy_queue.deployments where idempotency_key = ${first["idempotency_key"]?.slice(1, -1) ?? ""}`,
    ).toHaveLength(1);
  });

  test.for([
    ["url", "'https://ci.example/2'"],
    ["note", "'second try'"],
    ["max_duration", "'1 hour'"],
    ["not_after", "now() + interval '1 day'"],
  ] as const)("gives the same deployment with another %s", async ([name, value]) => {
    const first = request();
    const [entered] = await sql.unsafe(enqueue(first));
    expect(await sql.unsafe(enqueue({ ...first, [name]: value }))).toEqual([entered]);
  });

  test("gives the same deployment when a parameter is given its default", async () => {
    const first = request();
    const [entered] = await sql.unsafe(enqueue(first));
    expect(await sql.unsafe(enqueue({ ...first, concurrency_key: "null", command: "null", priority: "0" }))).toEqual([
      entered,
    ]);
  });

  test.for([
    ["cancel", "QD005"],
    ["finish", "QD006"],
  ] as const)("is refused once its deployment has ended by %s", async ([end, code]) => {
    const first = request({ start: "true" });
    const [entered] = await sql.unsafe(enqueue(first));
    await sql.unsafe(`select deploy_queue.${end}(${entered?.["id"]})`);
    expect(await outcome(sql.unsafe(enqueue(first)))).toBe(code);
  });
});

describe("of two roles with the same key,", () => {
  test("each has a place of its own", async () => {
    await database.queue.roles.create();
    const [victim, thief] = [await newLogin("deploy_queue_deployer"), await newLogin("deploy_queue_deployer")];
    const asked = enqueue(request());
    const [first] = await thief.sql.unsafe(asked);
    const [second] = await victim.sql.unsafe(asked);
    expect(second?.["id"]).toBeGreaterThan(first?.["id"]);
    expect(await victim.sql.unsafe(asked)).toEqual([second]);
    expect(await thief.sql.unsafe(asked)).toEqual([first]);
    const rows =
      await sql`select entered_by from deploy_queue.deployments where id in (${first?.["id"]}, ${second?.["id"]}) order by id`;
    expect(rows).toMatchObject([{ entered_by: thief.name }, { entered_by: victim.name }]);
  });

  test("neither becomes the other by SET ROLE or by a setting", async () => {
    await database.queue.roles.create();
    const victim = await newLogin("deploy_queue_deployer");
    const thief = await newLogin("deploy_queue_deployer", victim.name);
    const asked = enqueue(request());
    const [first] = await victim.sql.unsafe(asked);
    await thief.sql.unsafe(`set role ${victim.name}; set deploy_queue.actor = '${victim.name}'`);
    const [second] = await thief.sql.unsafe(asked);
    expect(second?.["id"]).not.toBe(first?.["id"]);
  });
});
