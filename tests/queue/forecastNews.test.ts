import { describe, expect, test } from "vitest";
import type { Blocker, BlockingDeployment, Forecast } from "../../src/queue/forecast.js";
import { gist, holdsFor } from "../../src/queue/forecastNews.js";

const now = new Date("2030-01-02T22:25:04Z");
const never = Number.POSITIVE_INFINITY;

function minutes(count: number): Date {
  return new Date(now.getTime() + count * 60_000);
}

function forecast(changes: Partial<Forecast> = {}, blockers: readonly Blocker[] = []): Forecast {
  return {
    ...{ deployment_id: 42, position: 1, predicted_start: minutes(12), overdue: false },
    ...{ blocker_count: blockers.length, blockers, as_of: now, idle_since: null, slots: 1, component_slots: null },
    ...changes,
  };
}

function running(since: number, usualMinutes: number | null): BlockingDeployment {
  return {
    ...{ deployment_id: 41, kind: "running", component: "web", version: "v7", url: null, note: null },
    ...{ since: minutes(since).toISOString(), usual_seconds: usualMinutes === null ? null : usualMinutes * 60 },
    ...{
      until: null,
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
  };
}

const freeze: Blocker = {
  ...{ kind: "freeze", text: "frozen", until: minutes(1).toISOString() },
  ...{ deployment_id: null, cures: null },
};

describe("a forecast stays true", () => {
  test.each<[string, Forecast, number]>([
    ["until the first of those who run is overdue", forecast({}, [running(-1, 9), running(-3, 5)]), 120_000],
    [
      "until the predicted start, when that comes first",
      forecast({ predicted_start: minutes(1) }, [running(0, 5)]),
      60_000,
    ],
    ["until the predicted start behind a freeze", forecast({}, [freeze]), 720_000],
    ["for ever when the start is not known", forecast({ predicted_start: null }, [running(-3, null)]), never],
    [
      "until a blocker is overdue though the start is not known",
      forecast({ predicted_start: null }, [running(-3, 5)]),
      120_000,
    ],
    ["for ever when it may start any moment", forecast({ predicted_start: now }), never],
    ["for half a minute while a blocker is overdue", forecast({ overdue: true }, [running(-6, 5)]), 30_000],
    [
      "for ever when it starts as soon as the overdue one ends",
      forecast({ overdue: true, predicted_start: now }),
      never,
    ],
  ])("%s", (_, shown, milliseconds) => {
    expect(holdsFor(shown)).toBe(milliseconds);
  });

  test("whatever the usual duration of queued and buffering blockers", () => {
    expect(
      holdsFor(
        forecast({}, [
          { ...running(-3, 5), kind: "queued" },
          { ...running(-3, 5), kind: "buffer" },
        ]),
      ),
    ).toBe(720_000);
  });
});

describe("worth telling again", () => {
  test.each<[string, Partial<Forecast>]>([
    ["is another position", { position: 2 }],
    ["is that a blocker is overdue", { overdue: true }],
    ["is another predicted start", { predicted_start: minutes(13) }],
    ["is that the start is not known any more", { predicted_start: null }],
    ["is that it may start any moment", { predicted_start: now }],
  ])("%s", (_, changes) => {
    expect(gist(forecast(changes))).not.toBe(gist(forecast()));
  });

  test.each<[string, Partial<Forecast>, Partial<Forecast>]>([
    ["the time that has passed", {}, {}],
    ["a prediction that slides along behind an overdue one", { overdue: true }, { predicted_start: minutes(13) }],
    ["that it may still start any moment", { predicted_start: now }, { predicted_start: minutes(1) }],
  ])("is not %s", (_, before, after) => {
    expect(gist(forecast({ ...before, ...after, as_of: minutes(1) }))).toBe(gist(forecast(before)));
  });
});
