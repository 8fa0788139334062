import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { useStandingClock } from "../../support/standingClock.js";

const database = useDatabase();
const { sql, queue } = database;
const { policies } = queue;
const { holds } = queue;
const clock = useStandingClock(database, "2026-03-02 12:00:00+00");

afterEach(async () => {
  await sql`update deploy_queue.freezes set lifted_at = now() where lifted_at is null`;
});

const kindsOf = async (id: number) =>
  (await sql<{ kind: string }[]>`select kind from deploy_queue.waiting_on(${id})`).map(({ kind }) => kind);

test("frozen, held, scheduled and behind a buffer: everything is told, each with its cure, and lifted one by one", async () => {
  const line = newLine(database, "prod");
  const before = await line.add("finished");
  const id = await line.add("queued", {
    hold: "in-line",
    priority: 3,
    notBefore: await queue.moment("PT20M"),
    concurrencyKey: "k",
  });
  const { freeze_id } = await policies.freeze({ environment: "prod" }, "sale");
  const { window_id: window } = await policies.addWindow("prod", [3], "02:00", "04:00", "UTC");

  const explained = await sql`select kind, blocker_id, cure from deploy_queue.explain(${id})`;
  expect(explained.map((reason) => Object.values(reason))).toEqual([
    ["hold", null, `deploy_queue.release(deployment_id => '${id}')`],
    ["schedule", null, null],
    ["window", null, "deploy_queue.add_window(opens_at => ..., closes_at => ..., environment => 'prod')"],
    [
      "freeze",
      null,
      `deploy_queue.allow_through_freeze(freeze_id => '${freeze_id}', deployment_id => '${id}') or deploy_queue.thaw(freeze_id => '${freeze_id}')`,
    ],
    ["buffer", before, "deploy_queue.set_environment(buffer_time => ..., environment => 'prod')"],
  ]);

  await holds.release(id, { heartbeat: false, key: "" });
  expect(await kindsOf(id)).toEqual(["schedule", "window", "freeze", "buffer"]);
  await policies.removeWindow(window);
  expect(await kindsOf(id)).toEqual(["schedule", "freeze", "buffer"]);
  const ear = await listen(database, [id]);
  await policies.thaw(freeze_id);
  // What is left has an end, so that it knows now when it may start.
  expect(await ear.woken()).toEqual([id]);
  expect(await queue.tryStart(id)).toMatchObject({ started: false, lookAgainIn: 30 });
  await clock.pass("10 minutes");
  expect(await kindsOf(id)).toEqual(["schedule"]);
  await clock.pass("10 minutes");
  expect(await queue.line.explain(id)).toEqual([]);
  expect(await queue.tryStart(id)).toMatchObject({ started: true });
});

interface Member {
  readonly key: "a" | "b" | null;
  readonly priority: number;
  readonly hold: "outside" | "in-line" | null;
  readonly later: boolean;
}

const member: fc.Arbitrary<Member> = fc.record({
  key: fc.constantFrom("a", "b", null),
  priority: fc.constantFrom(0, 0, 0, 1, -1),
  hold: fc.constantFrom(null, null, null, "outside", "in-line"),
  later: fc.constantFrom(false, false, false, true),
});

/** The rule once more, in other words: what a deployment of a line without runners waits for. */
function reasonsIn(members: readonly Member[], place: number, frozen: "no" | "yes" | "but a"): string[] {
  const own = members[place];
  if (own === undefined) return [];
  const passes = (one: Member) => frozen === "no" || (frozen === "but a" && one.key === "a");
  const ahead = members.filter(
    (other, index) =>
      (other.priority > own.priority || (other.priority === own.priority && index < place)) &&
      (other.key === null || other.key !== own.key) &&
      other.hold !== "outside" &&
      !other.later &&
      !(frozen !== "no" && passes(own) && !passes(other)),
  );
  return [
    ...(own.hold === null ? [] : ["hold"]),
    ...(own.later ? ["schedule"] : []),
    ...(passes(own) ? [] : ["freeze"]),
    ...ahead.map(() => "queued"),
  ];
}

test("in any line, the rule says what the model says, no queued deployment blocks a head, and a thaw wakes exactly those that wait for nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(member, { minLength: 1, maxLength: 7 }),
      fc.constantFrom("no", "yes", "but a" as const),
      async (members, frozen) => {
        const line = newLine(database);
        const later = await queue.moment("PT1H");
        const ids: number[] = [];
        for (const [index, { key, priority, hold, later: waits }] of members.entries()) {
          ids.push(
            await line.add("queued", {
              priority,
              version: `v${index}`,
              ...(key === null ? {} : { concurrencyKey: key }),
              ...(hold === null ? {} : { hold }),
              ...(waits ? { notBefore: later } : {}),
            }),
          );
        }
        const place = { environment: "dev", cloudProvider: "aws", region: line.region };
        const freeze =
          frozen === "no"
            ? undefined
            : await policies.freeze(
                place,
                "sale",
                frozen === "yes" ? {} : { allowKey: "a", allowRole: new URL(database.url).username },
              );

        for (const [index, id] of ids.entries()) {
          expect((await kindsOf(id)).sort()).toEqual(reasonsIn(members, index, frozen).sort());
        }
        const heads = await sql<{ id: number }[]>`
          select head.id from deploy_queue.cells cross join lateral deploy_queue._heads(cells.id) as head
          where cells.region = ${line.region}`;
        const unblocked = ids.filter(
          (_, index) => members[index]?.hold !== "outside" && !reasonsIn(members, index, frozen).includes("queued"),
        );
        expect(heads.map(({ id }) => id).sort((a, b) => a - b)).toEqual(unblocked);

        if (freeze !== undefined) {
          const ear = await listen(database, ids);
          await policies.thaw(freeze.freeze_id);
          const free = ids.filter((_, index) => {
            const left = reasonsIn(members, index, "no");
            return reasonsIn(members, index, frozen).includes("freeze") && left.every((kind) => kind === "schedule");
          });
          expect(await ear.woken()).toEqual(free);
        }
        await sql`select deploy_queue.cancel_location('dev', 'aws', ${line.region})`;
      },
    ),
    { numRuns: 60, seed: 10 },
  );
});
