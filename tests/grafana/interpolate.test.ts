// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana look like templates of ours
import { describe, expect, test } from "vitest";
import { interpolate, type Request } from "../support/grafana/interpolate.js";

const request: Request = {
  from: new Date("2030-01-01T00:00:00Z"),
  to: new Date("2030-01-01T06:00:00Z"),
  interval: "10m",
  variables: {
    one: { value: "it's" },
    two: { value: ["a", `o'b"c`] },
    all: { value: ["$__all"], allValue: "region" },
  },
};

describe("macros are expanded as Grafana documents them", () => {
  test.each([
    ["$__time(t)", 't AS "time"'],
    ["$__timeEpoch(t)", 'extract(epoch from t) as "time"'],
    ["$__timeFilter(t)", "t BETWEEN '2030-01-01T00:00:00.000Z' AND '2030-01-01T06:00:00.000Z'"],
    ["$__timeFrom() $__timeTo()", "'2030-01-01T00:00:00.000Z' '2030-01-01T06:00:00.000Z'"],
    ["$__timeGroup(t, '5m')", "floor(extract(epoch from t)/300)*300"],
    ["$__timeGroup(t, $__interval)", "floor(extract(epoch from t)/600)*600"],
    ["$__timeGroup(t, 1h), x", 'floor(extract(epoch from t)/3600)*3600 AS "time", x'],
    ["$__timeGroupAlias(t, 1h)", 'floor(extract(epoch from t)/3600)*3600 AS "time"'],
    ["$__unixEpochFilter(t)", "t >= 1893456000 AND t <= 1893477600"],
    ["$__unixEpochFrom() $__unixEpochTo()", "1893456000 1893477600"],
    ["$__unixEpochGroup(t, 1d)", "floor((t)/86400)*86400"],
    ["$__unixEpochGroupAlias(t, 1d)", 'floor((t)/86400)*86400 AS "time"'],
    ["$__interval $__interval_ms", "10m 600000"],
  ])("%s", (sql, expanded) => expect(interpolate(sql, request)).toBe(expanded));

  test("an unknown one is an error", () => {
    expect(() => interpolate("$__nothing(t)", request)).toThrow('unknown macro "__nothing"');
  });
});

describe("variables are replaced as Grafana documents them", () => {
  test.each([
    ["'$one' '${one}'", "'it''s' 'it''s'"],
    ["${one:sqlstring}", "'it''s'"],
    ["${one:singlequote}", "'it\\'s'"],
    ["${one:raw}", "it's"],
    ["$two", `'a','o''b"c'`],
    ["${two:sqlstring}", `'a','o''b\\"c'`],
    ["${two:csv}", `a,o'b"c`],
    ["${all:sqlstring} $all", "region region"],
    ["$1 ${other} $tag$", "$1 ${other} $tag$"],
  ])("%s", (sql, replaced) => expect(interpolate(sql, request)).toBe(replaced));
});
