import { expect, test } from "vitest";
import { asJson, asRow, ids, moments } from "../../src/queue/json.js";
import { Json, Seconds } from "../../src/queue/source.js";
import { useDatabase } from "../support/database.js";

const { sql } = useDatabase();

test("the fields that are moments are those of the views and functions, and no other field has such a name", async () => {
  const fields = await sql<{ name: string; is_moment: boolean }[]>`
    select attname as name, atttypid = 'timestamptz'::regtype as is_moment
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = 'deploy_queue'::regnamespace and relkind in ('v', 'r', 'c') and not starts_with(relname, '_')
      and attnum > 0 and not attisdropped
    union
    select result.name, result.type = 'timestamptz'::regtype
    from pg_proc, unnest(proargnames, proallargtypes, proargmodes) as result (name, type, mode)
    where pronamespace = 'deploy_queue'::regnamespace and not starts_with(proname, '_') and result.mode in ('t', 'o')
    union
    select proname, prorettype = 'timestamptz'::regtype
    from pg_proc join pg_language on pg_language.oid = prolang and lanname in ('sql', 'plpgsql')
    where pronamespace = 'deploy_queue'::regnamespace and not starts_with(proname, '_') and prorettype = 'timestamptz'::regtype`;
  const names = (areMoments: boolean) => fields.filter((one) => one.is_moment === areMoments).map(({ name }) => name);
  // Those of tables that no one reads over HTTP are not missed.
  expect([...moments].filter((name) => !names(true).includes(name))).toEqual([]);
  expect(names(true).filter((name) => !moments.has(name) && !inner.has(name))).toEqual([]);
  expect(names(false).filter((name) => moments.has(name))).toEqual([]);
});

/** Of types and tables that only functions of the database read. */
const inner = new Set(["back_since", "back_before", "up_since", "claimed_until", "first_attempt_at", "taken_at"]);

test("what may be a text of digits is a bigint in all functions", async () => {
  const rows = await sql<{ name: string; type: string }[]>`
    select distinct given.name, given.type::regtype::text as type
    from pg_proc, unnest(proargnames[:pronargs], proargtypes::oid[]) as given (name, type)
    where pronamespace = 'deploy_queue'::regnamespace and not starts_with(proname, '_')
      and given.name is not null and (given.name = any (${`{${[...ids].join()}}`}::text::text[]) or given.type = 'bigint'::regtype)`;
  const texts = rows.filter(({ name }) => ids.has(name));
  expect(texts.every(({ type }) => type === "bigint")).toBe(true);
  expect(rows.filter(({ name }) => /(?:_id|_of)$/.test(name) && !ids.has(name))).toEqual([]);
});

test.each([
  ["deployment_id", "42", 42],
  ["version", "42", "42"],
  ["not_before", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["hash", Buffer.from([1, 255]), "\\x01ff"],
  ["soak", new Seconds(1.5), 1.5],
  ["soak", new Seconds(undefined), null],
  ["details", new Json(undefined), null],
  ["details", new Json([1]), [1]],
  ["note", undefined, null],
])("%s %j is %j in JSON", (name, value, json) => {
  expect(asJson(name, value)).toEqual(json);
});

test.each([
  ["slots", Number.POSITIVE_INFINITY, 'slots must be a whole number, not "Infinity"'],
  ["not_before", new Date(Number.NaN), "notBefore is no valid date"],
  ["max_duration", new Seconds(Number.NaN), "maxDuration is no duration that the database can hold"],
])("%s cannot be %s", (name, value, message) => {
  expect(() => asJson(name, value)).toThrow(message);
});

test("a row has moments at its own fields, and only those that are wanted", () => {
  const row = { started: true, since: null, deployment: { id: 1, created_at: "2026-01-01T00:00:00+00:00" } };
  const blockers = [{ since: "2026-01-01T00:00:00Z" }];
  expect(asRow("try_start", { ...row, blockers }, { fields: ["started", "blockers"], unfold: "deployment" })).toEqual({
    ...{ started: true, blockers, id: 1, created_at: new Date("2026-01-01T00:00:00Z") },
  });
  expect(asRow("moment", "2026-01-01T00:00:00Z", {})).toEqual({ answer: new Date("2026-01-01T00:00:00Z") });
});
