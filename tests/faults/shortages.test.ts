// What a server lacks for a while does not end what nobody would try again: run, finish and cancel outlast it.
import { expect, onTestFinished, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { openClient } from "../support/database.js";
import { useLogins } from "../support/logins.js";

const line = useCommandLine();
const newLogin = useLogins(line);

const kinds = {
  finish: async (id: number) => ["finish", String(id)],
  cancel: async (id: number) => ["cancel", "deployment", String(id), "--force", "--yes"],
  run: async (id: number) => {
    await line.queue.finish(id);
    const { environment, region } = await line.row(id);
    const cell = ["--environment", environment, "--provider", "aws", "--region", region, "--cell-index", "0"];
    return ["run", ...cell, "--component", "api", "--", "true"];
  },
} as const;

test.each([
  ["finish", "54000"],
  ["cancel", "54000"],
  ["run", "54000"],
  ["finish", "53200"],
  ["run", "53100"],
] as const)("%s outlasts %s, such as a full queue of notifications, and says what is short", async (kind, code) => {
  const args = await kinds[kind](await line.running(newPlace()));
  await line.sql.unsafe(`
    create function public.no_room() returns trigger language plpgsql as
      $$begin raise exception 'too many notifications in the NOTIFY queue' using errcode = '${code}'; end$$;
    create trigger no_room after insert or update on deploy_queue.deployments
      for each statement execute function public.no_room()`);
  const command = line.launch(args);
  await command.printed(/is short of something: too many notifications in the NOTIFY queue; trying again/);
  await line.sql`drop function public.no_room cascade`;
  const { code: exitCode, stderr } = await command.end;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining("the queue answers again") });
});

test("finish outlasts a role whose connections are all taken", async () => {
  await line.run(["roles", "create"]);
  const { name, url } = await newLogin("deploy_queue_deployer");
  await line.sql.unsafe(`alter role ${name} connection limit 1`);
  const id = await line.running(newPlace());
  const taken = openClient(new URL(url));
  onTestFinished(() => taken.end());
  await taken`select 1`;
  const command = line.launch(["finish", String(id)], { DEPLOY_QUEUE_DATABASE_URL: url });
  await command.printed(/is short of something: .*; trying again/);
  await taken.end();
  expect((await command.end).code).toBe(0);
});
