import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { followJourney } from "../../src/display/followJourney.js";
import { lineDisplay } from "../../src/display/lineDisplay.js";
import { deploymentChannel } from "../../src/queue/channels.js";
import type { JourneyEvent } from "../../src/queue/events.js";
import type { Forecast } from "../../src/queue/forecast.js";
import { takeTurn } from "../../src/queue/journey.js";
import { useDatabase } from "../support/database.js";
import { type Line, newLine } from "../support/line.js";
import { until } from "../support/until.js";

const database = useDatabase();

beforeAll(async () => {
  await database.queue.environments.set("cooling", { bufferTime: 600 });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Lets so many minutes pass, for the database and for the timers here. */
let passed = 0;
async function pass(minutes: number): Promise<void> {
  await database.advance(`${minutes} minutes`);
  passed += minutes * 60_000;
}

interface Wait {
  readonly id: number;
  /** The lines of a log. */
  readonly lines: string[];
  /** What a terminal shows. */
  shown(): Forecast | undefined;
  readonly events: JourneyEvent[];
  /** How often it has asked for its place. */
  readings(): number;
  /** Has it look again, and act upon what it saw. */
  look(): Promise<void>;
}

async function wait({ environment, region }: Line): Promise<Wait> {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => now() + passed);
  const queue = database.openQueue();
  const tryStart = vi.spyOn(queue, "tryStart");
  const placeInLine = vi.spyOn(queue.line, "forecast");
  const lines: string[] = [];
  const events: JourneyEvent[] = [];
  let shown: Forecast | undefined;
  let id = 0;
  const say = (message: string): void => void lines.push(message);
  const { onEvent } = followJourney({ info: () => undefined, warn: () => undefined }, (deployment) => {
    const display = lineDisplay(deployment, { info: say, warn: say });
    return {
      ...display,
      show(place, isNews) {
        shown = place;
        display.show(place, isNews);
      },
    };
  });
  const request = { environment, region, cloudProvider: "aws", cellIndex: 0, component: "api" };
  const started = takeTurn(queue, request, {
    heartbeat: false,
    async onEvent(event) {
      await onEvent(event);
      events.push(event);
      if (event.event === "enqueued") id = event.deployment.id;
    },
  }).catch(() => undefined);
  const look = async (): Promise<void> => {
    const before = tryStart.mock.calls.length;
    await database.queue.database.query((sql) => sql`select pg_notify(${deploymentChannel(id)}, '')`);
    await until("it has looked", () => tryStart.mock.calls.length > before);
  };
  onTestFinished(async () => {
    await database.queue.cancel(id);
    await started;
  });
  // The second look is the one after it has found out that notifications arrive.
  await until("it has looked twice", () => tryStart.mock.calls.length === 2);
  return {
    ...{ id, lines, events, shown: () => shown, readings: () => placeInLine.mock.calls.length },
    // The second begins when whatever followed the first is over.
    look: async () => {
      await look();
      await look();
    },
  };
}

/** A running deployment whose component usually takes 5 minutes, in a cell with a buffer of 10. */
async function holder(line: Line): Promise<void> {
  await line.add("finished");
  await database.sql`
    update deploy_queue.deployment_durations set avg_duration = '5 minutes'
    where cell_id = (select id from deploy_queue.cells where region = ${line.region})`;
  await pass(11);
  await line.add("running");
}

describe("what a wait says about its start", () => {
  test("is read once while it holds, however often it looks", async () => {
    const line = newLine(database, "cooling");
    await holder(line);
    await pass(3);
    const waiting = await wait(line);

    await waiting.look();
    await pass(1);
    await waiting.look();

    expect(waiting.readings()).toBe(1);
    expect(waiting.lines).toEqual([expect.stringMatching(/waits, position 1, likely starts in (12m|11m 59s) \(at /)]);
  });

  test("is told once more when the one that runs becomes overdue, and not when it slides along from then on", async () => {
    const line = newLine(database, "cooling");
    await holder(line);
    await pass(3);
    const waiting = await wait(line);

    await pass(3);
    await waiting.look();
    expect(waiting.shown()).toMatchObject({ overdue: true });
    await pass(12);
    await waiting.look();

    // At least the buffer remains.
    const { predicted_start, as_of } = waiting.shown() ?? {};
    expect(Number(predicted_start) - Number(as_of)).toBe(600_000);
    expect(waiting.lines).toEqual([
      expect.stringContaining("likely starts in"),
      expect.stringMatching(/likely starts in 10m \(at .*\); a blocker is overdue: .* overdue by/),
    ]);
    expect(waiting.events.filter(({ event }) => event === "waiting")).toMatchObject([
      { overdue: false },
      { overdue: true },
    ]);
  });

  test("is read at most every half minute while it slides along", async () => {
    const line = newLine(database, "cooling");
    await holder(line);
    await pass(6);
    const waiting = await wait(line);

    await waiting.look();
    expect(waiting.readings()).toBe(1);
    await pass(0.6);
    await waiting.look();
    await waiting.look();
    expect(waiting.readings()).toBe(2);
  });
});
