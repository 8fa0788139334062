import postgres from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { startCli } from "../support/cli.js";
import { gatedCommand, useDirectory } from "../support/commandLine.js";
import { startOwnServer } from "../support/ownServer.js";
import { until } from "../support/until.js";

const directory = useDirectory();

test("a queue of notifications that a stuck listener has filled stops no deployment, and the listener is named and ended", async () => {
  const server = await startOwnServer({ parameters: { max_notify_queue_pages: "64" } });
  const connect = () => {
    const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
    onTestFinished(() => sql.end({ timeout: 1 }));
    return sql;
  };
  const queue = server.openQueue();
  await queue.environments.set("patient", { bufferTime: 0, heartbeatTimeout: 6 });
  const location = { environment: "patient", cloudProvider: "aws", region: "r", cellIndex: 0, component: "api" };
  const cli = (...args: string[]) => startCli(args, { DEPLOY_QUEUE_DATABASE_URL: server.url });
  const run = (...command: string[]) =>
    cli("run", "-e", "patient", "-p", "aws", "-r", "r", "-i", "1", "-c", "api", "--", ...command);
  const { command, open } = gatedCommand(directory);
  const holder = run(...command);
  await holder.printed(/^ready$/m);
  const waiter = run("echo", "deployed");
  await waiter.printed(/waits|position/);

  const listener = connect();
  await listener`listen elsewhere`;
  await listener`begin`;
  const [stuck] = await listener<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const filler = connect();
  const fill = () => filler`select pg_notify('elsewhere', repeat('x', 7900))`;
  const full = await until("the queue is full", () => fill().then(() => undefined, String));
  expect(full).toContain("too many notifications in the NOTIFY queue");

  const { id: finished } = await queue.enqueue(location);
  const { id: cancelled } = await queue.enqueue(location);
  await queue.tryStart(finished);
  expect(await queue.finish(finished)).toMatchObject({ id: finished });
  expect(await queue.cancel(cancelled)).toMatchObject({ id: cancelled });
  open();
  expect((await holder.end).code).toBe(0);
  // No notification wakes it: it looks by itself.
  expect(await waiter.end).toMatchObject({ code: 0, stdout: "deployed\n" });

  const { code, stdout } = await cli("doctor").end;
  expect(code).toBe(4);
  expect(stdout).toMatch(
    new RegExp(`^failed +notification queue: .* is that of session ${stuck?.pid} of .*_blocker`, "m"),
  );
  await queue.upkeep.endBlocker(stuck?.pid ?? 0);
  await until("the queue has room again", async () =>
    (await queue.upkeep.health()).some(({ name, status }) => name === "notification queue" && status === "ok"),
  );
  expect(await fill().then(() => "sent", String)).toBe("sent");
});
