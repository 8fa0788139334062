import { expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();

const unlimited = { has_closed_cells: false, unkept_after: 3600, max_duration: null, retention: null };

test("environment list shows the environments and their policies", async () => {
  const { code, stdout } = await cli.run(["environment", "list"]);

  expect(code).toBe(0);
  expect(stdout.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["environment", "buffer time", "heartbeat timeout", "unkept after", "max duration", "retention", "cells"],
    ["dev", "0s", "15m", "1h", "none", "for ever", "open"],
    ["prod", "10m", "15m", "1h", "none", "for ever", "open"],
    [""],
  ]);
});

test("environment list prints one JSON document with --json, durations in seconds", async () => {
  const { stdout } = await cli.run(["environment", "list", "--json"]);

  expect(JSON.parse(stdout)).toEqual([
    { environment: "dev", buffer_time: 0, heartbeat_timeout: 900, heartbeat_interval: 30, ...unlimited },
    { environment: "prod", buffer_time: 600, heartbeat_timeout: 900, heartbeat_interval: 30, ...unlimited },
  ]);
});
