import { expect, onTestFinished, test } from "vitest";
import { DeploymentNotFoundError } from "../../src/queue/errors.js";
import { openClient } from "../support/database.js";
import { startOwnServer } from "../support/ownServer.js";
import { until } from "../support/until.js";

test("a primary whose standbys have left it, as after a fail-over, neither denies nor confirms a deployment", async () => {
  const server = await startOwnServer();
  const queue = server.openQueue();
  const cell = { environment: "dev", cloudProvider: "aws", region: "r", cellIndex: 0, component: "api" };
  const { id } = await queue.enqueue(cell);
  await queue.tryStart(id);
  const admin = openClient(new URL(server.url));
  onTestFinished(() => admin.end());
  const follow = async (names: string) => {
    await admin.unsafe(`alter system set synchronous_standby_names = '${names}'`);
    await admin`select pg_reload_conf()`;
    await until("it is so", async () => {
      const [row] = await admin<{ value: string }[]>`select current_setting('synchronous_standby_names') as value`;
      return row?.value === names;
    });
  };
  for (const [ask, answer] of [
    [() => server.openQueue().finish(id + 1), DeploymentNotFoundError],
    [() => server.openQueue().assert(id), undefined],
  ] as const) {
    await follow("gone");
    let isAnswered = false;
    const asked = ask()
      .then(
        () => undefined,
        (error: unknown) => error,
      )
      .finally(() => {
        isAnswered = true;
      });
    await until("it waits for a standby", async () => {
      const waiting = await admin`select from pg_stat_activity where wait_event = 'SyncRep'`;
      return waiting.length > 0;
    });
    expect(isAnswered).toBe(false);
    await follow("");
    const error = await asked;
    if (answer === undefined) expect(error).toBeUndefined();
    else expect(error).toBeInstanceOf(answer);
  }
});
