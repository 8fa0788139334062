import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { outcome } from "../../support/session.js";
import { useStandingClock } from "../../support/standingClock.js";

const database = useDatabase();
const { sql, queue } = database;
useStandingClock(database, "2026-03-02 12:00:00+00");

describe("a moment", () => {
  test.for([
    ["2026-11-01T02:00:00Z", "2026-11-01T02:00:00.000Z"],
    ["2026-11-01T02:00:00+02:00", "2026-11-01T00:00:00.000Z"],
    ["2026-11-01 02:00 Europe/Berlin", "2026-11-01T01:00:00.000Z"],
    ["2026-07-01 02:00 Europe/Berlin", "2026-07-01T00:00:00.000Z"],
    ["2026-11-01 02:00 America/New_York", "2026-11-01T07:00:00.000Z"],
  ] as const)("%s is %s", async ([text, moment]) => {
    expect((await queue.moment(text)).toISOString()).toBe(moment);
  });

  test("may be a duration from now", async () => {
    const [{ now } = {}] = await sql<{ now: Date }[]>`select deploy_queue._now() as now`;
    const inTwoHours = new Date((now?.getTime() ?? 0) + 7_200_000);
    expect([await queue.moment("PT2H"), await queue.moment("2h"), await queue.moment("1 hour 60 minutes")]).toEqual([
      inTwoHours,
      inTwoHours,
      inTwoHours,
    ]);
  });

  test.for([
    ["2026-11-01T02:00:00", "'2026-11-01T02:00:00' does not say its time zone"],
    ["tomorrow", "'tomorrow' does not say its time zone"],
    ["2026-11-01 02:00 Europe/Atlantis", "'2026-11-01 02:00 Europe/Atlantis' is no time"],
    ["soon", "'soon' is no time"],
    ["2026-02-30T00:00:00Z", "'2026-02-30T00:00:00Z' is no time"],
    ["infinity", "'infinity' is no time"],
    ["Ptwo", "'Ptwo' is no time"],
    ["2026-11-01T02:00:00+99", "'2026-11-01T02:00:00+99' is no time"],
    ["", "'' is no time"],
  ] as const)("%s is refused with QD030", async ([text, message]) => {
    await expect(queue.moment(text)).rejects.toThrow(message);
    expect(await outcome(sql`select deploy_queue.moment(${text})`)).toBe("QD030");
  });
});
