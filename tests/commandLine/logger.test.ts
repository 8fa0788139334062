import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

test.each(["Asia/Kolkata", "America/Los_Angeles", undefined])("the log has times of UTC in the zone %s", async (TZ) => {
  const before = Date.now();
  const { stderr } = await cli.runProcess(["start", ...newPlace().options], { TZ });
  const seconds = Math.floor(Date.now() / 1000) - Math.floor(before / 1000) + 1;
  const times = Array.from({ length: seconds }, (_, index) => new Date(before + index * 1000).toISOString());

  const [, time] = /^\[(.*)\] INFO: deployment \d+ \(api\) started/m.exec(stderr) ?? [];
  expect(times.map((moment) => `${moment.slice(11, 19)}Z`)).toContain(time);
});
