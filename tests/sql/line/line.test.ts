import { beforeAll, describe, expect, test } from "vitest";
import type { Forecast } from "../../../src/queue/forecast.js";
import { useDatabase } from "../../support/database.js";
import { type Member, type PlantedLine, parseMember, usePlantedLines } from "../../support/plantedLine.js";

const database = useDatabase();
const usual: Readonly<Record<string, number>> = { five: 5, ten: 10, twenty: 20 };
const buffer = 2;
const { plant } = usePlantedLines(database, usual);

beforeAll(async () => {
  await database.queue.environments.set("buffered", { bufferTime: buffer * 60 });
});

/** Minutes from now, or "unknown". */
function predicted({ predicted_start: start, as_of: now }: Forecast): number | "unknown" {
  return start === null ? "unknown" : (start.getTime() - now.getTime()) / 60_000;
}

function placesIn({ cellId }: PlantedLine): Promise<Forecast[]> {
  return database.sql<Forecast[]>`
    select (line.forecast).* from deploy_queue._line(null, array[${cellId}::integer]) as line order by (line.forecast)."position"`;
}

async function predictions(members: readonly string[]): Promise<string[]> {
  const places = await placesIn(await plant("buffered", members.map(parseMember)));
  return places.map((place) => `${predicted(place)}${place.overdue ? " overdue" : ""}`);
}

describe("usually five takes 5 minutes, ten 10, the buffer 2, and new has no history:", () => {
  test.for<readonly [fact: string, line: readonly string[], minutesFromNow: readonly string[]]>([
    ["a free cell is free now", ["queued new"], ["0"]],
    ["a running one leaves its usual end and a buffer", ["running five 3m", "queued new"], ["4"]],
    ["a running one without history leaves nothing to say", ["running new 3m", "queued five"], ["unknown"]],
    ["an overdue one may end any moment", ["running five 9m", "queued five", "queued new"], ["2 overdue", "9 overdue"]],
    ["one that takes exactly as long as usual is not overdue", ["running five 5m", "queued new"], ["2"]],
    ["a buffer has an exact end", ["buffering new 1m", "queued new"], ["1"]],
    ["of two buffers the later end counts", ["buffering five 1m", "buffering five 0m", "queued new"], ["2"]],
    ["a buffer that is just over is none", ["buffering five 2m", "queued new"], ["0"]],
    [
      "each deployment ahead adds its duration and a buffer",
      ["running five 3m", "queued five", "queued ten", "queued new"],
      ["4", "11", "23"],
    ],
    [
      "behind one without history no start is known",
      ["queued five", "queued new", "queued five", "queued ten"],
      ["0", "7", "unknown", "unknown"],
    ],
    [
      "beside one without history, with its key, the start is known",
      ["queued five", "queued new key x", "queued five key x", "queued five"],
      ["0", "7", "7", "unknown"],
    ],
    [
      "those with a common key start together, and the longest counts",
      ["running five 3m", "queued five key x", "queued twenty key x", "queued ten key x", "queued new"],
      ["4", "4", "4", "26"],
    ],
    [
      "different keys do not start together",
      ["queued five key x", "queued five key y", "queued five key x", "queued five key y"],
      ["0", "7", "14", "21"],
    ],
    ["one with the key of a running one starts now", ["running ten 3m key x", "queued five key x"], ["0"]],
    ["one with the key of a buffering one starts now", ["buffering ten 1m key x", "queued five key x"], ["0"]],
    [
      "a common key does not help behind a deployment without it",
      ["running ten 3m key x", "queued five", "queued five key x"],
      ["9", "16"],
    ],
    [
      "of several that run together the last one counts",
      ["running five 1m key x", "running ten 1m key x", "running five 4m key x", "queued new", "queued five"],
      ["11", "unknown"],
    ],
    [
      "a buffer may outlast the deployment that runs beside it",
      ["running five 5m key x", "buffering five 0m key y", "queued five key x", "queued five key y"],
      ["2", "9"],
    ],
  ])("%s", async ([, line, expected]) => {
    expect(await predictions(line)).toEqual(expected);
  });
});

test("the lines of several cells are played at once as each alone, an empty one and a frozen one among them", async () => {
  await database.queue.environments.set("frozen", { bufferTime: 0 });
  await database.sql`select deploy_queue.freeze('frozen', 'sale')`;
  const lines = [
    ["buffered", "running five 9m key x", "queued five", "queued ten key x"],
    ["buffered"],
    ["frozen", "running five 3m", "queued five", "queued ten"],
    ["buffered", "queued five 9m", "running new 3m", "queued five key x", "queued five"],
    ["frozen", "queued ten", "queued five key x"],
  ];
  const cellIds: number[] = [];
  for (const [environment = "", ...members] of lines) {
    cellIds.push((await plant(environment, members.map(parseMember))).cellId);
  }
  const play = (cells: readonly number[]) =>
    database.sql<(Forecast & { overtaken: number })[]>`
      select (line.forecast).*, line.overtaken
      from deploy_queue._line(null, string_to_array(${cells.join()}, ',')::integer[]) as line`;
  const each = (await Promise.all(cellIds.map((cellId) => play([cellId])))).flat();
  expect(each.map(({ overtaken }) => overtaken)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0]);
  expect(await play(cellIds)).toEqual(each);
});

describe("a place", () => {
  test("has a position that counts all that are queued ahead, whatever their key", async () => {
    const line = await plant(
      "buffered",
      ["queued five key x", "running ten key x", "queued five", "buffering five", "queued five key x"].map(parseMember),
    );
    const places = await placesIn(line);
    expect(places.map((place) => [place.deployment_id, place.position])).toEqual([
      [line.ids[0], 1],
      [line.ids[2], 2],
      [line.ids[4], 3],
    ]);
  });

  test("says of each blocker what it is, since when, how long it usually takes and until when", async () => {
    const line = await plant(
      "buffered",
      ["buffering new 1m", "running five 3m", "queued ten 30m", "queued new"].map(parseMember),
    );
    const [, place] = await placesIn(line);
    const rank = { priority: 0, priority_reason: null, hold: null, slot: null, sequence: null, reserved_until: null };
    const who = { actor: null, stopped_by: null, unkept_since: null, idle_since: null };
    const common = { version: null, url: null, note: null, silent_since: null, reaped_at: null, ...rank, ...who };
    expect(place?.blockers.map((blocker) => ({ ...blocker, until: moment(blocker.until) }))).toEqual([
      {
        ...{ deployment_id: line.ids[0], kind: "buffer", component: "new", ...common },
        ...{ since: expect.stringMatching(/^2030-01-01T.*59:00/), usual_seconds: null, until: "12:01" },
      },
      {
        ...{ deployment_id: line.ids[1], kind: "running", component: "five", ...common },
        ...{ since: expect.stringMatching(/^2030-01-01T.*57:00/), usual_seconds: 300, until: "12:04" },
      },
      {
        ...{ deployment_id: line.ids[2], kind: "queued", component: "ten", ...common },
        ...{ since: expect.stringMatching(/^2030-01-01T.*30:00/), usual_seconds: 600, until: "12:16" },
      },
    ]);
    expect(place?.blocker_count).toBe(3);
  });

  function moment(text: string | null): string | undefined {
    return text === null ? undefined : new Date(text).toISOString().slice(11, 16);
  }

  test("names the first ten blockers, those in the cell before those in the line, and counts all", async () => {
    const queued = Array.from({ length: 12 }, () => "queued five");
    const line = await plant("buffered", [...queued, "running five key x", "running five key x"].map(parseMember));
    const last = (await placesIn(line)).at(-1);
    expect(last?.blocker_count).toBe(13);
    expect(last?.blockers.map((blocker) => blocker.deployment_id)).toEqual([
      ...line.ids.slice(12),
      ...line.ids.slice(0, 8),
    ]);
  });

  test("does not name those that share its key", async () => {
    const line = await plant(
      "buffered",
      ["running five key x", "queued five", "queued five key x", "queued five key y", "queued five key x"].map(
        parseMember,
      ),
    );
    const last = (await placesIn(line)).at(-1);
    expect(last?.blockers.map((blocker) => blocker.deployment_id)).toEqual([line.ids[1], line.ids[3]]);
    expect(last?.blocker_count).toBe(2);
  });

  test("has the fields of a blocker in the order in which jsonb stores them, so that nothing is sorted", async () => {
    const fields = await database.sql<{ inType: string; inJson: string }[]>`
      select attname as "inType", key as "inJson"
      from (select attname, row_number() over (order by attnum) as number from pg_attribute
        where attrelid = 'deploy_queue.blocker'::regclass) as in_type
      full join jsonb_object_keys(to_jsonb(row(null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null, null, null, null, null)::deploy_queue.blocker)) with ordinality as in_json (key, number) using (number)
      order by number`;
    expect(fields).toHaveLength(21);
    expect(fields.map(({ inType }) => inType)).toEqual(fields.map(({ inJson }) => inJson));
  });

  test("is that of one moment, in all the line", async () => {
    const places = await placesIn(await plant("buffered", ["queued five", "queued five"].map(parseMember)));
    expect(places.map((place) => place.as_of.toISOString())).toEqual(Array(2).fill("2030-01-01T12:00:00.000Z"));
  });
});

describe("a few hundred random lines are played forward as minute by minute in a simulation,", () => {
  const random = generator(20_260_101);
  const lines = Array.from({ length: 40 }, (_, index) => ({
    name: `of a buffer of ${index % 2 === 0 ? buffer : 0} minutes, batch ${index}`,
    environment: index % 2 === 0 ? "buffered" : "dev",
    batch: Array.from({ length: 8 }, () => ({
      members: randomLine(random),
      candidate: { state: "queued", component: pick(random, components), minutes: 0, key: pick(random, keys) } as const,
    })),
  }));

  test.for(lines)("$name", async ({ environment, batch }) => {
    for (const { members, candidate } of batch) {
      const line = await plant(environment, members);
      const wait = environment === "dev" ? 0 : buffer;
      const expected = simulate([...members, candidate], wait);
      const places = await placesIn(line);
      const { forecast, can_start } = await database.queue.line.preflight({
        ...{ environment, cloudProvider: "aws", region: line.region, cellIndex: 0 },
        component: candidate.component,
        ...(candidate.key === null ? {} : { concurrencyKey: candidate.key }),
      });
      expect(can_start).toBe(forecast.blocker_count === 0);
      const found = [...places, forecast].map((place) => ({
        index: place.deployment_id === null ? members.length : line.ids.indexOf(place.deployment_id),
        position: place.position,
        start: predicted(place),
        blockers: place.blockers.map((blocker) => line.ids.indexOf(blocker.deployment_id ?? 0)),
        blockerCount: place.blocker_count,
      }));
      expect(found, JSON.stringify(members)).toEqual(expected);
    }
  });
});

const keys = [null, null, "x", "y"] as const;
const components = ["five", "five", "ten", "twenty", "new"] as const;

/** Park and Miller's "minimal standard", from 0 to 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function pick<Value>(random: () => number, values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** Running members have one key; everything else is random. */
function randomLine(random: () => number): Member[] {
  const runningKey = pick(random, keys);
  let running = 0;
  return Array.from({ length: Math.floor(random() * 16) }, () => {
    const member = { component: pick(random, components), minutes: Math.floor(random() * 25), key: pick(random, keys) };
    const chance = random();
    if (chance < 0.15 && (running === 0 || runningKey !== null)) {
      running += 1;
      return { ...member, state: "running", key: runningKey };
    }
    return chance < 0.3
      ? { ...member, state: "buffering", minutes: member.minutes % 3 }
      : { ...member, state: "queued" };
  });
}

interface Expected {
  readonly index: number;
  readonly position: number;
  readonly start: number | "unknown";
  readonly blockers: readonly number[];
  readonly blockerCount: number;
}

/** The rules of the line, minute by minute: no member starts beside, in the buffer of, or past one with another key. */
function simulate(members: readonly Member[], wait: number): Expected[] {
  const played = members.map(({ state, component, minutes, key }, index) => {
    const takes = usual[component] ?? Number.POSITIVE_INFINITY;
    const start = state === "queued" ? undefined : -minutes;
    const end = state === "buffering" ? -minutes : start === undefined ? undefined : Math.max(start + takes, 0);
    return { index, state, key, takes, start, end };
  });
  type Played = (typeof played)[number];
  const shares = (one: Played, other: Played) => one.key !== null && one.key === other.key;
  const mayStart = (one: Played, now: number) =>
    played.every((other) => {
      if (other === one || shares(one, other)) return true;
      return other.end === undefined ? other.index > one.index : now >= other.end + wait;
    });

  const longest = played.length * (20 + wait) + 1;
  for (let now = 0; now < longest; now += 1) {
    for (const one of played) {
      if (one.start === undefined && mayStart(one, now)) {
        one.start = now;
        one.end = now + one.takes;
      }
    }
  }

  const queued = played.filter(({ state }) => state === "queued");
  const inCell = played.filter(
    ({ state, end }) => state === "running" || (state === "buffering" && (end ?? 0) + wait > 0),
  );
  return queued.map((one, place) => {
    const blockers = [...inCell, ...queued.slice(0, place)].filter((other) => !shares(one, other));
    return {
      index: one.index,
      position: place + 1,
      start: one.start ?? "unknown",
      blockers: blockers.slice(0, 10).map(({ index }) => index),
      blockerCount: blockers.length,
    };
  });
}
