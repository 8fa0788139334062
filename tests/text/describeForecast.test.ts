import { describe, expect, test } from "vitest";
import type { BlockingDeployment, Forecast } from "../../src/queue/forecast.js";
import { describeForecast, prediction } from "../../src/text/describeForecast.js";

const now = new Date("2030-01-02T22:25:04Z");

function minutes(count: number): Date {
  return new Date(now.getTime() + count * 60_000);
}

function forecast(changes: Partial<Forecast> = {}): Forecast {
  return {
    ...{ deployment_id: 42, position: 1, predicted_start: minutes(6), overdue: false },
    ...{
      blocker_count: changes.blockers?.length ?? 0,
      blockers: [],
      as_of: now,
      idle_since: null,
      slots: 1,
      component_slots: null,
    },
    ...changes,
  };
}

function blocker(changes: Partial<BlockingDeployment> = {}): BlockingDeployment {
  return {
    ...{ deployment_id: 41, kind: "running", component: "web", version: "v7", url: null, note: null },
    ...{ since: minutes(-3).toISOString(), usual_seconds: 300, until: minutes(2).toISOString() },
    ...{ actor: null, stopped_by: null, unkept_since: null, idle_since: null },
    ...{ silent_since: null, reaped_at: null, priority: 0, priority_reason: null, hold: null },
    ...{ slot: null, sequence: null, reserved_until: null },
    ...changes,
  };
}

describe("a prediction", () => {
  test.each<[Partial<Forecast>, string]>([
    [{}, "likely starts in 6m (at 22:31:04Z)"],
    [{ overdue: true }, "likely starts in 6m (at 22:31:04Z); a blocker is overdue"],
    [{ predicted_start: null }, "start unknown"],
    [
      { predicted_start: null, idle_since: minutes(-13) },
      "waiting for its owner to start it, idle for 13m; nobody is listening",
    ],
    [{ predicted_start: null, overdue: true }, "start unknown; a blocker is overdue"],
    [{ predicted_start: now }, "may start any moment"],
    [{ predicted_start: now, overdue: true }, "may start any moment; a blocker is overdue"],
    [{ predicted_start: minutes(-1) }, "may start any moment"],
    [{ predicted_start: minutes(100) }, "likely starts in 1h 40m (at 00:05:04Z)"],
    [{ predicted_start: minutes(1440) }, "likely starts in 1d (at 2030-01-03T22:25:04Z)"],
  ])("of %j reads: %s", (changes, expected) => {
    expect(prediction(forecast(changes))).toBe(expected);
  });

  test("counts down with the time that has passed since", () => {
    expect(prediction(forecast(), minutes(1).getTime())).toBe("likely starts in 5m (at 22:31:04Z)");
    expect(describeForecast(forecast(), 60_000)).toEqual(["position 1, likely starts in 5m (at 22:31:04Z)"]);
  });
});

describe("a blocker", () => {
  test.each<[string, Partial<BlockingDeployment>, string]>([
    ["runs", {}, "deployment 41 (web@v7) has been running for 3m, usually takes 5m"],
    ["has no version", { version: null }, "deployment 41 (web) has been running for 3m, usually takes 5m"],
    [
      "is silent",
      { usual_seconds: null, silent_since: minutes(-2).toISOString(), reaped_at: minutes(13).toISOString() },
      "deployment 41 (web@v7) has been running for 3m, silent for 2m: reaped in 13m unless it sends a heartbeat",
    ],
    [
      "is silent and about to be reaped",
      { kind: "queued", silent_since: minutes(-15).toISOString(), reaped_at: now.toISOString(), note: "hotfix" },
      "deployment 41 (web@v7) is ahead in the line, usually takes 5m, silent for 15m: reaped any moment unless it sends a heartbeat (hotfix)",
    ],
    ["has no history", { usual_seconds: null }, "deployment 41 (web@v7) has been running for 3m"],
    [
      "is overdue",
      { since: minutes(-9).toISOString() },
      "deployment 41 (web@v7) has been running for 9m, usually takes 5m, overdue by 4m",
    ],
    ["names the person", { actor: "ann" }, "deployment 41 (web@v7) by ann has been running for 3m, usually takes 5m"],
    [
      "is being stopped",
      { kind: "stopping", stopped_by: "ann", since: minutes(-1).toISOString(), until: minutes(0.5).toISOString() },
      "deployment 41 (web@v7) is being stopped by ann since 1m; its keeper has 30s more to end it",
    ],
    [
      "is being stopped by a keeper that is not heard",
      {
        ...{ kind: "stopping", since: minutes(-1).toISOString(), until: minutes(0.5).toISOString() },
        ...{ silent_since: minutes(-2).toISOString(), reaped_at: minutes(13).toISOString() },
      },
      "deployment 41 (web@v7) is being stopped since 1m, and holds the cell until its work has ended, silent for 2m: reaped in 13m unless it sends a heartbeat",
    ],
    [
      "is being stopped by a keeper that cannot end its work",
      { kind: "stopping", since: minutes(-1).toISOString(), until: null },
      "deployment 41 (web@v7) is being stopped since 1m, and holds the cell until its work has ended",
    ],
    [
      "runs without a keeper for too long",
      { usual_seconds: null, unkept_since: minutes(-3).toISOString() },
      'deployment 41 (web@v7) has been running for 3m, sends no heartbeats and never ends by itself: once its work has ended, "deploy-queue finish 41" or "deploy-queue cancel deployment 41"',
    ],
    [
      "takes exactly as long as usual",
      { since: minutes(-5).toISOString() },
      "deployment 41 (web@v7) has been running for 5m, usually takes 5m",
    ],
    [
      "has just started",
      { since: minutes(1).toISOString(), usual_seconds: null },
      "deployment 41 (web@v7) has been running for 0s",
    ],
    ["cools down", { kind: "buffer" }, "deployment 41 (web@v7) has finished; its buffer takes 2m more"],
    [
      "has cooled down",
      { kind: "buffer", until: now.toISOString() },
      "deployment 41 (web@v7) has finished; its buffer takes 0s more",
    ],
    [
      "has reserved its place before its version is known",
      { kind: "queued", version: null, sequence: 812, reserved_until: minutes(60).toISOString(), usual_seconds: null },
      "deployment 41 (web run 812) is ahead in the line: its place is reserved, until 2030-01-02T23:25:04Z, in 1h",
    ],
    [
      "takes one of several slots",
      { slot: 2 },
      "deployment 41 (web@v7) in slot 2 has been running for 3m, usually takes 5m",
    ],
    ["is queued", { kind: "queued" }, "deployment 41 (web@v7) is ahead in the line, usually takes 5m"],
    [
      "is queued without history",
      { kind: "queued", usual_seconds: null },
      "deployment 41 (web@v7) is ahead in the line",
    ],
    [
      "passes by its priority",
      { kind: "queued", usual_seconds: null, priority: 6, priority_reason: "ann: sev 1" },
      "deployment 41 (web@v7) is ahead in the line with priority 6 (ann: sev 1)",
    ],
    [
      "entered the line with a priority",
      { kind: "queued", priority: 6 },
      "deployment 41 (web@v7) is ahead in the line with priority 6, usually takes 5m",
    ],
    [
      "is on hold in its forecast",
      { kind: "queued", hold: "in-line" },
      "deployment 41 (web@v7) is ahead in the line, on hold until it is released, usually takes 5m",
    ],
    ["is of a kind that this version does not know", { kind: "frozen" }, "deployment 41 (web@v7) frozen"],
    [
      "has a note and a url",
      { kind: "queued", usual_seconds: null, note: "hotfix", url: "https://example.com/1" },
      "deployment 41 (web@v7) is ahead in the line (hotfix) https://example.com/1",
    ],
  ])("that %s gets a line", (_, changes, expected) => {
    expect(describeForecast(forecast({ blockers: [blocker(changes)] }))[1]).toBe(expected);
  });

  test("gets older and cools down while the forecast is shown", () => {
    const shown = forecast({ blockers: [blocker(), blocker({ kind: "buffer" })] });
    expect(describeForecast(shown, 90_000).slice(1)).toEqual([
      "deployment 41 (web@v7) has been running for 4m 30s, usually takes 5m",
      "deployment 41 (web@v7) has finished; its buffer takes 30s more",
    ]);
  });

  test("that is not among the first ten is counted", () => {
    const ten = Array.from({ length: 10 }, (_, index) => blocker({ deployment_id: index }));
    expect(describeForecast(forecast({ blockers: ten, blocker_count: 10 }))).toHaveLength(11);
    expect(describeForecast(forecast({ blockers: ten, blocker_count: 12 })).at(-1)).toBe("and 2 more");
  });

  test("cannot write a second line or steer a terminal", () => {
    const hostile = "a\u001b[2J\r\n::error::b\u009b31m\u2028\u202e";
    const lines = describeForecast(
      forecast({
        blockers: [blocker({ component: hostile, version: hostile, url: hostile, note: hostile, kind: hostile })],
      }),
    );
    expect(lines).toHaveLength(2);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not reach a terminal
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
  });
});

describe("slots", () => {
  const holders = [1, 2, 3].map((slot) => blocker({ slot, deployment_id: 40 + slot }));
  const ahead = blocker({ kind: "queued", deployment_id: 44 });
  test.each<[string, Partial<Forecast>, string | undefined]>([
    ["all are taken", { slots: 3, blockers: holders }, "3 of 3 slots are taken"],
    ["the last goes to another", { slots: 4, blockers: [...holders, ahead] }, "3 of 4 slots are taken"],
    [
      "a component takes all that it may",
      { slots: 4, component_slots: 1, blockers: [blocker({ slot: 1 })] },
      "web may take 1 slot at once",
    ],
    ["two of them", { slots: 4, component_slots: 2, blockers: holders.slice(1) }, "web may take 2 slots at once"],
    ["there is one", { slots: 1, blockers: [blocker()] }, undefined],
    ["there are more than are told", { slots: 12, blockers: holders, blocker_count: 12 }, undefined],
  ])("are told of before the blockers: %s", (_, changes, line) => {
    const [, told, ...more] = describeForecast(forecast(changes));
    if (line === undefined) expect([told, ...more].join()).not.toContain(" taken");
    else expect([told, more.length]).toEqual([line, changes.blockers?.length]);
  });
});
