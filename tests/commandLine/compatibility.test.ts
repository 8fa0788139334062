import { describe, expect, test } from "vitest";
import { levelOfFilter } from "../../src/commandLine/compatibility.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();
const asBefore = (...args: string[]) => cli.run(args, { DEPLOY_QUEUE_COMPAT: "1" });

describe("with DEPLOY_QUEUE_COMPAT=1", () => {
  test("info writes the line of the predecessor", async () => {
    const place = { environment: "dev", cloudProvider: "aws", region: "as-before", cellIndex: 1, component: "api" };
    const { id } = await cli.queue.enqueue({ ...place, version: "v1.2.3", note: "hotfix", url: "https://example.com" });
    const staged = await cli.enqueue({ hold: "outside" });
    const line = async (of: number) => (await asBefore("info", String(of))).stdout;

    expect(await line(id)).toBe(`${id} queued api(@v1.2.3): (hotfix) (https://example.com)\n`);
    expect(await line(staged.id)).toBe(`${staged.id} queued api(@unknown)\n`);
    await cli.queue.tryStart(id);
    expect(await line(id)).toContain(" deploying ");
    await cli.queue.fail(id, "broken");
    expect(await line(id)).toContain(" cancelled ");
    expect(await asBefore("info", "987654")).toMatchObject({
      code: 0,
      stdout: "Deployment with ID 987654 not found\n",
    });
  });

  test("the exit codes are 0 and 1: what is unknown is none, what has ended already is one", async () => {
    const { region } = newPlace();
    const { id } = await cli.enqueue({ region });
    const codes = async (...commands: string[][]) => {
      const ends = [];
      for (const args of commands) ends.push((await asBefore(...args)).code);
      return ends;
    };

    expect(await codes(["finish", "987654"], ["cancel", "deployment", "987654"])).toEqual([0, 0]);
    expect(await codes(["finish", String(id)])).toEqual([1]);
    await cli.queue.tryStart(id);
    expect(await codes(["finish", String(id)], ["finish", String(id)], ["cancel", "deployment", String(id)])).toEqual([
      0, 1, 1,
    ]);
    const waiting = await cli.enqueue({ region });
    const cancel = ["cancel", "deployment", String(waiting.id)];
    expect(await codes(cancel, cancel)).toEqual([0, 1]);
    expect(await codes(["cancel", "version", "--component", "api", "--version", "v-none"], ["start"])).toEqual([0, 2]);
    // A command that the predecessor lacks has its own.
    expect(await codes(["explain", "987654"])).toEqual([3]);
  });

  test("a cancel of many asks nothing in a script", async () => {
    const { region } = newPlace();
    for (const component of ["api", "web"]) await cli.enqueue({ region, component });
    const place = ["--environment", "dev", "--provider", "aws", "--region", region];
    expect((await cli.run(["cancel", "location", ...place])).code).toBe(2);
    expect((await asBefore("cancel", "location", ...place)).code).toBe(0);
  });

  test("the log takes its filters", async () => {
    const { id } = await cli.enqueue();
    const filtered = (filter: string) =>
      cli.run(["info", String(id)], { DEPLOY_QUEUE_COMPAT: "1", DEPLOY_QUEUE_LOG_LEVEL: filter });
    expect((await filtered("INFO")).stderr).toContain("INFO");
    expect((await filtered("off")).stderr).toBe("");
  });
});

test.for([
  ["info", "info"],
  ["WARN", "warn"],
  ["off", "silent"],
  ["deploy_queue=debug", "debug"],
  ["info,sqlx=warn", "info"],
  ["deploy_queue=trace,info", "trace"],
  ["sqlx=warn", "silent"],
  ["deploy_queue", "trace"],
  ["loud", "error"],
] as const)("the filter %s means the level %s", ([filter, level]) => {
  expect(levelOfFilter(filter)).toBe(level);
});
