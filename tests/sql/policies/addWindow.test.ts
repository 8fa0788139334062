import { afterEach, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";
import { useStandingClock } from "../../support/standingClock.js";

const database = useDatabase();
const { sql, queue } = database;
const { policies } = queue;
const clock = useStandingClock(database, "2026-03-02 12:00:00+00");
const weekdays = [1, 2, 3, 4, 5];
const everyDay = [1, 2, 3, 4, 5, 6, 7];

afterEach(async () => {
  await sql`delete from deploy_queue.maintenance_windows`;
});

/** When a deployment of dev may start, at this moment: "now", else the moment that a waiter is told. */
async function mayStart(at: string): Promise<string> {
  await clock.at(at);
  const id = await newLine(database).add("queued");
  const [reason] = await sql<{ kind: string; until: Date }[]>`select kind, until from deploy_queue.waiting_on(${id})`;
  await queue.cancel(id);
  return reason === undefined ? "now" : reason.until.toISOString().replace(":00.000Z", "Z");
}

test.for([
  ["2026-03-02T00:59:59Z", "2026-03-02T01:00Z"],
  ["2026-03-02T01:00:00Z", "now"],
  ["2026-03-02T02:59:59Z", "now"],
  ["2026-03-02T03:00:00Z", "2026-03-03T01:00Z"],
  ["2026-03-06T03:00:00Z", "2026-03-09T01:00Z"],
] as const)("a window on weekdays from two to four in Berlin: at %s one may start %s", async ([at, expected]) => {
  await policies.addWindow("dev", weekdays, "02:00", "04:00", "Europe/Berlin");
  expect(await mayStart(at)).toBe(expected);
});

test("a window to 24:00 is open until the day ends, and one all day is never closed", async () => {
  const { window_id: id } = await policies.addWindow("dev", everyDay, "22:00", "24:00", "UTC");
  expect(await mayStart("2026-03-02T23:59:59Z")).toBe("now");
  expect(await mayStart("2026-03-03T00:00:00Z")).toBe("2026-03-03T22:00Z");
  await policies.removeWindow(id);
  await policies.addWindow("dev", [6, 7], "00:00", "24:00", "UTC");
  expect(await mayStart("2026-03-07T23:59:59Z")).toBe("now");
  expect(await mayStart("2026-03-08T23:59:59Z")).toBe("now");
  expect(await mayStart("2026-03-09T00:00:00Z")).toBe("2026-03-14T00:00Z");
});

// Clocks in Berlin skip from 02:00 to 03:00 on 2026-03-29 (01:00Z), and go back from 03:00 to 02:00 on 2026-10-25 (01:00Z).
describe("when the clock is put forward,", () => {
  test.for([
    ["02:00", "04:00", "2026-03-29T00:59:59Z", "2026-03-29T01:00Z"],
    ["02:00", "04:00", "2026-03-29T01:00:00Z", "now"],
    ["02:00", "04:00", "2026-03-29T02:00:00Z", "2026-03-30T00:00Z"],
    ["02:00", "03:00", "2026-03-28T02:00:00Z", "2026-03-30T00:00Z"],
    ["02:00", "03:00", "2026-03-29T01:00:00Z", "2026-03-30T00:00Z"],
    ["22:00", "06:00", "2026-03-28T20:59:59Z", "2026-03-28T21:00Z"],
    ["22:00", "06:00", "2026-03-29T03:59:59Z", "now"],
    ["22:00", "06:00", "2026-03-29T04:00:00Z", "2026-03-29T20:00Z"],
  ] as const)("with a window from %s to %s in Berlin: at %s one may start %s", async ([from, to, at, expected]) => {
    await policies.addWindow("dev", everyDay, from, to, "Europe/Berlin");
    expect(await mayStart(at)).toBe(expected);
  });
});

describe("when the clock is put back,", () => {
  test.for([
    // An hour that comes twice means the second one, as PostgreSQL reads it.
    ["02:00", "04:00", "2026-10-25T00:30:00Z", "2026-10-25T01:00Z"],
    ["02:00", "04:00", "2026-10-25T01:00:00Z", "now"],
    ["02:00", "04:00", "2026-10-25T03:00:00Z", "2026-10-26T01:00Z"],
    ["01:00", "04:00", "2026-10-24T23:00:00Z", "now"],
    ["01:00", "04:00", "2026-10-25T00:30:00Z", "now"],
    ["01:00", "04:00", "2026-10-25T02:59:59Z", "now"],
    ["22:00", "06:00", "2026-10-25T04:59:59Z", "now"],
    ["22:00", "06:00", "2026-10-25T05:00:00Z", "2026-10-25T21:00Z"],
  ] as const)("with a window from %s to %s in Berlin: at %s one may start %s", async ([from, to, at, expected]) => {
    await policies.addWindow("dev", everyDay, from, to, "Europe/Berlin");
    expect(await mayStart(at)).toBe(expected);
  });
});

test("a weekly window whose hour is skipped opens a week later", async () => {
  await policies.addWindow("dev", [7], "02:00", "03:00", "Europe/Berlin");
  expect(await mayStart("2026-03-28T12:00:00Z")).toBe("2026-04-05T00:00Z");
});

test("of several windows, in several zones, the next one counts", async () => {
  await policies.addWindow("dev", [1], "02:00", "04:00", "Europe/Berlin");
  await policies.addWindow("dev", [1], "20:00", "21:00", "America/New_York");
  expect(await mayStart("2026-03-02T03:00:00Z")).toBe("2026-03-03T01:00Z");
  expect(await mayStart("2026-03-03T01:30:00Z")).toBe("now");
});

test("other environments start at all times", async () => {
  await policies.addWindow("prod", [1], "02:00", "04:00", "UTC");
  expect(await mayStart("2026-03-02T12:00:00Z")).toBe("now");
});

test("the line is kept, and the waiter looks at the moment of the opening", async () => {
  await clock.at("2026-03-02T00:59:50Z");
  await policies.addWindow("dev", weekdays, "02:00", "04:00", "Europe/Berlin");
  const line = newLine(database);
  const [first, second] = [await line.add("queued"), await line.add("queued")];
  expect(await queue.tryStart(first)).toMatchObject({ started: false, lookAgainIn: 10 });
  expect((await queue.tryStart(second)).waitingOn.map(({ kind }) => kind)).toEqual(["window", "queued"]);
  await clock.pass("10 seconds");
  expect(await queue.tryStart(second)).toMatchObject({ started: false });
  expect(await queue.tryStart(first)).toMatchObject({ started: true });
});

test("a window that is added while a start is decided comes after it", async () => {
  await clock.at("2026-03-02T12:00:00Z");
  const id = await newLine(database).add("queued");
  const [starter, operator] = [await openSession(database), await openSession(database)];
  await starter.begin();
  await starter.sql`select deploy_queue.try_start(${id})`;
  const added = outcome(operator.sql`select deploy_queue.add_window('dev', array[2]::smallint[], '02:00', '04:00')`);
  await untilBlocked(database, operator, starter);
  await starter.commit();
  expect(await added).toBe("ok");
  expect((await queue.deployment(id)).status).toBe("running");
});

describe("what makes no window", () => {
  test.for([
    ["no environment", "'nowhere', array[1]::smallint[], '02:00', '04:00'", "QD002"],
    ["no day", "'dev', '{}'::smallint[], '02:00', '04:00'", "23514"],
    ["an eighth day", "'dev', array[8]::smallint[], '02:00', '04:00'", "23514"],
    ["no time", "'dev', array[1]::smallint[], '02:00', '02:00'", "23514"],
    ["a zone that does not exist", "'dev', array[1]::smallint[], '02:00', '04:00', 'Europe/Atlantis'", "QD026"],
  ] as const)("%s", async ([, args, code]) => {
    expect(await outcome(sql.unsafe(`select deploy_queue.add_window(${args})`))).toBe(code);
  });

  test("a plain INSERT with a zone that does not exist", async () => {
    const insert = sql`insert into deploy_queue.maintenance_windows (environment, days, opens_at, closes_at, zone)
      values ('dev', array[1]::smallint[], '02:00', '04:00', 'Europe/Atlantis')`;
    expect(await outcome(insert)).toBe("QD026");
  });
});
