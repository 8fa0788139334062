import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useCommandLine, useDirectory } from "../support/commandLine.js";

const line = useCommandLine();
const directory = useDirectory();

/** For NODE_OPTIONS: a process whose clock goes wrong by so many milliseconds. */
function clockOff(milliseconds: number): string {
  const path = join(directory, `clock-${milliseconds}.mjs`);
  writeFileSync(
    path,
    `const { now } = Date;
     Date.now = () => now() + ${milliseconds};
     globalThis.Date = new Proxy(Date, {
       construct: (target, args) => (args.length === 0 ? new target(Date.now()) : new target(...args)),
     });`,
  );
  return `--import=${path}`;
}

const hour = 3_600_000;

test("clients whose clocks are an hour off wait, run and finish like any other, by the clock of the database", async () => {
  const environment = await line.environment({ bufferTime: "1 second", heartbeatTimeout: "1 minute" });
  const location = ["--environment", environment, "--provider", "aws", "--region", "clock", "--cell-index", "1"];
  // Its command is a process with the same clock, and says what that shows.
  const command = [process.execPath, "-e", "console.log(Date.now()); setTimeout(() => undefined, 500)"];
  const run = (offset: number) =>
    line.launch(["run", ...location, "--component", "api", "--", ...command], { NODE_OPTIONS: clockOff(offset) });
  const before = await databaseTime();

  const offsets = [hour, -hour, 0, -hour, hour];
  const ends = await Promise.all(offsets.map((offset) => run(offset).end));

  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  const after = await databaseTime();
  for (const [index, { stdout }] of ends.entries()) {
    expect(Math.abs(Number(stdout) - after - (offsets[index] ?? Number.NaN))).toBeLessThan(hour / 2);
  }
  const rows = await line.sql<{ created_at: Date; finish_timestamp: Date }[]>`
    select created_at, finish_timestamp from deploy_queue.deployments where environment = ${environment}`;
  expect(rows).toHaveLength(5);
  for (const { created_at, finish_timestamp } of rows) {
    expect(created_at.getTime()).toBeGreaterThanOrEqual(before);
    expect(finish_timestamp.getTime()).toBeLessThanOrEqual(after);
  }
  expect(await line.queue.history.verify()).toEqual([]);
});

async function databaseTime(): Promise<number> {
  const [row] = await line.sql<{ now: Date }[]>`select deploy_queue._now() as now`;
  return row?.now.getTime() ?? Number.NaN;
}
