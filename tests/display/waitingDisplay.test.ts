import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { WaitingDisplay } from "../../src/display/lineDisplay.js";
import { createWaitingDisplay } from "../../src/display/waitingDisplay.js";
import type { Forecast } from "../../src/queue/forecast.js";
import { exampleDeployment as deployment } from "../support/exampleDeployment.js";

const now = new Date("2030-01-02T22:25:04Z");

function forecast(component = "web"): Forecast {
  return {
    ...{
      deployment_id: 42,
      position: 1,
      predicted_start: null,
      overdue: false,
      blocker_count: 1,
      as_of: now,
      idle_since: null,
      slots: 1,
      component_slots: null,
    },
    blockers: [
      {
        ...{ deployment_id: 41, kind: "queued", component, version: null, url: null, note: null },
        ...{ since: now.toISOString(), usual_seconds: null, until: null },
        ...{
          actor: null,
          stopped_by: null,
          unkept_since: null,
          idle_since: null,
          silent_since: null,
          reaped_at: null,
          priority: 0,
          priority_reason: null,
          hold: null,
          slot: null,
          sequence: null,
          reserved_until: null,
        },
      },
    ],
  };
}

const shownPlace = "position 1, start unknown: deployment 41 (web) is ahead in the line";
let written: string[] = [];

function display(of = deployment(), level = "info"): WaitingDisplay {
  const write = (message: string): void => void written.push(message);
  const tellsInfo = level === "info";
  const info = tellsInfo ? write : () => undefined;
  return createWaitingDisplay(of, { trace: info, debug: info, info, warn: write, error: write, tellsInfo });
}

beforeEach(() => {
  written = [];
  vi.stubEnv("GITHUB_ACTIONS", undefined);
  vi.stubEnv("TERM", "xterm");
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function terminal(columns: number, rows: number): void {
  for (const [name, value] of Object.entries({ isTTY: true, columns, rows })) {
    const before = Object.getOwnPropertyDescriptor(process.stderr, name);
    Object.defineProperty(process.stderr, name, { value, configurable: true, writable: true });
    restoring.push(() =>
      before === undefined
        ? Reflect.deleteProperty(process.stderr, name)
        : Object.defineProperty(process.stderr, name, before),
    );
  }
}

const restoring: (() => unknown)[] = [];
afterEach(() => {
  for (const restore of restoring.splice(0)) restore();
});

describe("without a terminal a wait", () => {
  test("is a line for each change", () => {
    const shown = display();
    shown.show(forecast());
    shown.say("warn", "the database is away");
    shown.show(forecast());
    shown.end();
    expect(written).toEqual([
      `deployment 42 (api@v1.2.3) waits, ${shownPlace}`,
      "the database is away",
      `deployment 42 (api@v1.2.3) waits, ${shownPlace}`,
    ]);
  });

  test("has no line for what is no news", () => {
    const shown = display();
    shown.show(forecast());
    shown.show(forecast(), false);
    expect(written).toHaveLength(1);
  });

  test("is a group in a GitHub workflow, begun and ended once", () => {
    vi.stubEnv("GITHUB_ACTIONS", "true");
    const shown = display();
    shown.show(forecast());
    shown.show(forecast());
    shown.end();
    shown.end();
    expect(written).toEqual([
      "::group::deployment 42 (api@v1.2.3) waits for its turn\n",
      `deployment 42 (api@v1.2.3) waits, ${shownPlace}`,
      `deployment 42 (api@v1.2.3) waits, ${shownPlace}`,
      "::endgroup::\n",
    ]);
  });

  test("that showed nothing is no group", () => {
    vi.stubEnv("GITHUB_ACTIONS", "true");
    const shown = display();
    shown.say("info", "the database is back");
    shown.end();
    expect(written).toEqual(["the database is back"]);
  });

  test("does not let hostile names begin a line, and a workflow command with it", () => {
    vi.stubEnv("GITHUB_ACTIONS", "true");
    const hostile = "a\r\n::error::b\u2028::stop-commands::x%0A::error::c\u001b[2J";
    const shown = display(deployment({ component: hostile, version: hostile }));
    shown.show(forecast(hostile));
    shown.end();
    expect(written).toHaveLength(3);
    const [group = "", line = ""] = written;
    expect(group).toMatch(/^::group::deployment 42 \(a ::error::b ::stop-commands::x%250A::error::c@.*turn\n$/);
    expect(group.trimEnd()).not.toMatch(steersTerminal);
    expect(line).toMatch(/^deployment 42 \(/);
    expect(line).not.toMatch(steersTerminal);
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: these must not reach a terminal
const steersTerminal = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/;

describe("on a terminal a wait", () => {
  test("is drawn again every second, until it ends", () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    terminal(100, 40);
    const shown = display();
    shown.show(forecast());
    expect(written.join("")).toContain(
      "deployment 42 (api@v1.2.3) waits for 0s: position 1, start unknown\n  deployment 41",
    );
    vi.advanceTimersByTime(2_000);
    expect(written.join("")).toContain("waits for 1s: position 1");
    expect(written.join("")).toContain("waits for 2s: position 1");
    shown.end();
    const end = written.length;
    vi.advanceTimersByTime(10_000);
    expect(written).toHaveLength(end);
  });

  test("is drawn again with what is no news, too", () => {
    terminal(100, 40);
    const shown = display();
    shown.show(forecast());
    written = [];
    shown.show(forecast("db"), false);
    expect(written.join("")).toContain("deployment 41 (db)");
    shown.end();
  });

  test("keeps the own place on a small screen, and counts the blockers that have no room", () => {
    terminal(60, 6);
    const shown = display();
    const [one] = forecast("a-component-with-a-long-name").blockers;
    const ten = Array.from({ length: 10 }, () => one).filter((blocker) => blocker !== undefined);
    shown.show({ ...forecast(), blocker_count: 10, blockers: ten });
    const lines = written
      .join("")
      .split("\n")
      .filter((line) => line.includes("  "));
    expect(written.join("")).toContain("deployment 42 (api@v1.2.3) waits for 0s: position 1");
    expect(lines.map((line) => line.trimEnd())).toEqual(
      Array(2).fill("  deployment 41 (a-component-with-a-long-name) is ahead in …"),
    );
    expect(written.join("")).toContain("and 8 more lines");
    shown.end();
  });

  test("is erased for a message and drawn again below it", () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    terminal(100, 40);
    const shown = display();
    shown.show(forecast());
    written = [];
    shown.say("warn", "the database is away");
    const message = written.indexOf("the database is away");
    expect(written.slice(0, message).join("")).toContain("\u001b[2K");
    expect(written.slice(message).join("")).toContain("waits for 0s");
    shown.end();
  });

  test.each([
    ["has no size", () => terminal(0, 0)],
    [
      "is dumb",
      () => {
        terminal(100, 40);
        vi.stubEnv("TERM", "dumb");
      },
    ],
  ])("that %s is a line for each change", (_, prepare) => {
    prepare();
    const shown = display();
    shown.show(forecast());
    shown.end();
    expect(written).toEqual([`deployment 42 (api@v1.2.3) waits, ${shownPlace}`]);
  });

  test("is not shown where the log level hides it", () => {
    terminal(100, 40);
    const shown = display(deployment(), "error");
    shown.show(forecast());
    shown.end();
    expect(written).toEqual([]);
  });
});
