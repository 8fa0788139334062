import { spawnSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCli } from "../support/cli.js";
import { gatedCommand, useDirectory } from "../support/commandLine.js";
import { startOwnServer } from "../support/ownServer.js";
import { mountSmallDisk } from "../support/smallDisk.js";
import { until } from "../support/until.js";

const directory = useDirectory();

test("a full disk stops the queue and loses nothing; all go on once there is room", async ({ skip }) => {
  const disk = mountSmallDisk("160m");
  if (disk === undefined) return skip("only root may mount the small disk that this needs");
  const server = await startOwnServer({ disk });
  const queue = server.openQueue();
  const location = ["--environment", "dev", "--provider", "aws", "--region", "full", "--cell-index", "1"];
  const run = (...command: string[]) =>
    startCli(["run", ...location, "--component", "api", "--", ...command], { DEPLOY_QUEUE_DATABASE_URL: server.url });
  const { command, open } = gatedCommand(directory);
  const holder = run(...command);
  await holder.printed(/^ready$/m);
  const waiters = [run("true"), run("true")];
  for (const waiter of waiters) await waiter.printed(/waits|position/);

  const filler = join(disk, "filler");
  writeFileSync(filler, "");
  const { bavail, bsize } = statfsSync(disk);
  spawnSync("fallocate", ["--length", String(bavail * bsize), filler]);
  const refused = await until("a write has failed", async () => {
    // One after the other, until what the server has in reserve is used up.
    return queue
      .enqueue({
        environment: "dev",
        cloudProvider: "aws",
        region: "filling",
        cellIndex: 1,
        component: "x".repeat(200),
      })
      .then(() => undefined)
      .catch((error: unknown) => String(error));
  });
  expect(refused).toMatch(/space|not answer|connect|recover|starting up|shut/i);
  // The command ends now, and its finish finds no room.
  open();
  await holder.printed(/No space left on device; trying again/);
  rmSync(filler);
  await until("the server is well again", async () => {
    // It may just be on its way down.
    await server.restart();
    return queue.history.verify().then(
      () => true,
      () => false,
    );
  });

  for (const cli of [holder, ...waiters]) {
    const { code, stderr } = await cli.end;
    expect(code, stderr).toBe(0);
  }
  expect(await queue.history.verify()).toEqual([]);
});
