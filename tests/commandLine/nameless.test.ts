// In many containers, the number of the user is in no file, and there is no HOME.
import { expect, test } from "vitest";
import { startCli } from "../support/cli.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { startWorker, stopsInTime } from "../support/worker.js";

const line = useCommandLine();
const asRoot = process.getuid?.() === 0;

const launch = (args: readonly string[], url = line.url) => {
  const variables = { DEPLOY_QUEUE_DATABASE_URL: url, HOME: undefined };
  return startCli(args, variables, { cwd: "/", uid: 54_321, gid: 54_321 });
};

test
  .skipIf(!asRoot)
  .each([
    ["list", "queue"],
    ["doctor"],
    ["migrate"],
    ["worker", "--once"],
    ["start", ...newPlace().options],
    ["run", ...newPlace().options, "--", "true"],
  ])("a user without a name and a home may %s %s", async (...args) => {
  const { code, stdout, stderr } = await launch(args).end;
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
});

test.skipIf(!asRoot)("a worker without a name and a home works until it is stopped", async () => {
  await stopsInTime(await startWorker({ launch: (args) => launch(args) }));
});

test.skipIf(!asRoot).each([
  ["embedded", 7, /has no home for a PostgreSQL of its own; set DEPLOY_QUEUE_DATABASE_URL/],
  ["postgres://127.0.0.1:1/queue", 2, /names no user, and the user of this process has no name/],
])("with the URL %s, it is told in one line what is missing", async (url, code, reason) => {
  const end = await launch(["list", "queue"], url).end;
  expect(end.code).toBe(code);
  expect(end.stderr).toMatch(reason);
  expect(end.stderr.split("\n")).toHaveLength(2);
});
