import { beforeAll, describe, expect, test } from "vitest";
import { firstVersion } from "../../src/database/objects.js";
import { type CliEnd, type RunningCli, runCli } from "../support/cli.js";
import { isBlockedBy, newPlace, printedId, useCommandLine } from "../support/commandLine.js";
import { emptyDatabase } from "../support/emptyDatabase.js";
import { type Login, useLogins } from "../support/logins.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const newLogin = useLogins(cli);
let deployer: Login;

beforeAll(async () => {
  await cli.queue.roles.create();
  // What is cancelled in bulk must be known.
  await cli.enqueue({ environment: "dev", region: "r", component: "api", version: "v1" });
  deployer = await newLogin("deploy_queue_deployer");
});

const as = (login: Login) => ({ DEPLOY_QUEUE_DATABASE_URL: login.url });
const run = (...args: string[]): Promise<CliEnd> => cli.run(args, as(deployer));
const launch = (...args: string[]): RunningCli => cli.launch(args, as(deployer));

describe("a login that is only a deployer", () => {
  test("starts, waiting for its turn, and finishes", async () => {
    const place = newPlace();
    const holder = await cli.running(place);

    const waiter = launch("start", ...place.options);
    const id = await printedId(waiter);
    await isBlockedBy(waiter, holder);
    expect((await run("finish", String(holder))).code).toBe(0);

    expect(await waiter.end).toMatchObject({ code: 0, stdout: `${id}\n` });
    expect((await run("finish", String(id))).code).toBe(0);
    expect(await cli.events(id)).toEqual(expect.arrayContaining(["enqueued", "started", "finished"]));
  });

  test("runs a command, and is the principal of its events", async () => {
    const { region, options } = newPlace();
    const { code } = await run("run", ...options, "--", "true");
    expect(code).toBe(0);
    const principals = await cli.sql<{ actor: string; principal: string }[]>`
      select distinct deployment_events.actor, principal from deploy_queue.deployment_events
      join deploy_queue.deployments on deployments.id = deployment_id where deployments.region = ${region}`;
    expect([...principals]).toEqual([{ actor: "tester", principal: deployer.name }]);
  });

  test("sends heartbeats until the deployment ends", async () => {
    const id = await cli.running(newPlace(), { heartbeat: true });
    const { heartbeat_timestamp: before } = await cli.row(id);
    const keeper = launch("heartbeat", "deployment", String(id));
    await until("a heartbeat came", async () => Number((await cli.row(id)).heartbeat_timestamp) > Number(before));
    await run("finish", String(id));
    expect((await keeper.end).code).toBe(0);
  });

  test("cancels, looks at one, asks before, and lists", async () => {
    const place = newPlace();
    const { id } = await cli.enqueue({ region: place.region });
    // Another one is ahead of it.
    expect(await run("start", "--dry-run", ...place.options)).toMatchObject({ code: 6 });
    for (const args of [
      ["info", `${id}`],
      ["history", `${id}`],
      ["list", "queue"],
      ["list", "cells", "--environment", "dev"],
      ["list", "outliers"],
      ["environment", "list"],
      ["doctor"],
      ["cancel", "deployment", `${id}`],
    ]) {
      const { code, stderr } = await run(...args);
      expect({ args, code, stderr: code === 0 ? "" : stderr }).toEqual({ args, code: 0, stderr: "" });
    }
  });

  test.for([
    ["cancel", "version", "--component", "api", "--version", "v1", "--yes"],
    ["cancel", "location", "--environment", "dev", "--provider", "aws", "--region", "r", "--yes"],
    ["environment", "set", "dev", "--buffer-time", "1m"],
    ["environment", "remove", "dev", "--yes"],
    ["cell", "add", "--cell", "dev-aws-r-cell-0"],
    ["cell", "retire", "--cell", "dev-aws-r-cell-0"],
    ["freeze", "--environment", "dev", "--reason", "x"],
    ["thaw", "1"],
    ["window", "add", "--environment", "dev", "--from", "02:00", "--to", "04:00"],
    ["window", "remove", "1"],
    ["bump", "1", "--reason", "x"],
  ])("is refused %s with 4, in one line that says why", async (args) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    expect(stderr).toMatch(
      /^(?:.*INFO.*\n)*deploy-queue: role \S+ may not use \w+; deploy_queue_operator may\. .*roles grant.*docs\/roles\.md.*\n$/,
    );
  });
});

test("an operator cancels in bulk, changes environments and does a worker's work", async () => {
  const operator = await newLogin("deploy_queue_operator");
  for (const args of [
    ["cancel", "version", "--component", "api", "--version", "v1", "--yes"],
    ["cancel", "location", "--environment", "dev", "--provider", "aws", "--region", "r", "--yes"],
    ["environment", "set", "dev", "--buffer-time", "0"],
    ["worker", "--once"],
  ]) {
    const { code, stderr } = await cli.run(args, as(operator));
    expect({ args, code, stderr: code === 0 ? "" : stderr }).toEqual({ args, code: 0, stderr: "" });
  }
});

test("a deployer that is tied to environments is refused elsewhere with 4, in one line", async () => {
  const tied = await newLogin("deploy_queue_deployer");
  await cli.sql.unsafe(`alter role ${tied.name} set deploy_queue.allowed_environments = 'dev'`);

  expect((await cli.run(["start", ...newPlace("dev").options], as(tied))).code).toBe(0);
  const { code, stdout, stderr } = await cli.run(["start", ...newPlace("prod").options], as(tied));

  expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^deploy-queue: role ${tied.name} may not change environment prod\\. .*\\n$`));
});

test("a login without any of the roles is refused with 4, in one line with the cure", async () => {
  const { code, stdout, stderr } = await cli.run(["start", ...newPlace().options], as(await newLogin()));
  expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
  expect(stderr).toMatch(
    /^deploy-queue: this role may not use the schema deploy_queue in .*deploy_queue_deployer.*\n$/,
  );
});

test("a deployer whose schema is older is told to let the owner migrate, in one line with 4", async () => {
  const { url, sql } = await emptyDatabase();
  await runCli(["roles", "create"], { DEPLOY_QUEUE_DATABASE_URL: url });
  await sql.unsafe(
    `create or replace function deploy_queue.schema_version() returns integer language sql as 'select ${firstVersion}'`,
  );
  const here = new URL(deployer.url);
  here.pathname = new URL(url).pathname;

  const { code, stdout, stderr } = await runCli(["start", ...newPlace().options], {
    DEPLOY_QUEUE_DATABASE_URL: here.href,
  });

  expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
  expect(stderr).toMatch(
    /^deploy-queue: this role may not create or change the schema deploy_queue in .* as the owner.*\n$/,
  );
});
