import { expect, test } from "vitest";
import { compareSettings } from "../../src/text/configParity.js";

const secret = "5f4dcc3b5aa765d6";

test.each([
  ["API_URL", "https://a", undefined, "set", "missing", "missing in production", true],
  ["API_URL", "https://a", "", "set", "empty", "empty in production", true],
  ["API_URL", "", "", "empty", "empty", null, false],
  ["API_URL", "", undefined, "empty", "missing", "missing in production", true],
  ["API_URL", "https://a", "https://b", "set", "different", null, false],
  ["API_URL", "https://a", "https://a", "set", "same", null, false],
  ["DATABASE_URL", undefined, "postgres://p", "missing", "set", null, false],
  ["STRIPE_API_KEY", "sk_test_1", "sk_live_1", "test key", "different", null, false],
  ["STRIPE_API_KEY", "sk_test_1", "sk_test_1", "test key", "test key", "test key in production", true],
  ["STRIPE_PUBLISHABLE_KEY", undefined, "pk_test_1", "missing", "test key", "test key in production", true],
  ["MOLLIE", "x", "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM", "set", "test key", "test key in production", true],
  ["SQUARE_APP", "x", "sandbox-sq0idb-1", "set", "test key", "test key in production", true],
  ["GREETING", "x", "test_me", "set", "different", null, false],
  ["SERVICE_TOKEN_CRON", secret, secret, "set", "same", "the secret of staging", false],
  ["SENTRY_DSN_QUEUE", secret, secret, "set", "same", "the secret of staging", false],
  ["TOKEN_TTL", "3600", "3600", "set", "same", null, false],
  ["JWT_PUBLIC_KEY", secret, secret, "set", "same", null, false],
  ["KEYCLOAK_REALM", secret, secret, "set", "same", null, false],
])(
  "%s, which is %j in staging and %j in production",
  (setting, before, after, staging, production, problem, is_wrong) => {
    const one = (value: string | undefined) => (value === undefined ? {} : { [setting]: value });
    expect(compareSettings(one(before), one(after))).toEqual([{ setting, staging, production, problem, is_wrong }]);
  },
);

test("what is wrong comes first, then what is worth a look, each by name", () => {
  const staging = { Z_GONE: "1", B_TOKEN: secret, A: "1", C_GONE: "1" };
  const names = compareSettings(staging, { B_TOKEN: secret, A: "1" }).map(({ setting }) => setting);
  expect(names).toEqual(["C_GONE", "Z_GONE", "B_TOKEN", "A"]);
});

test("ignored are names as they are, and patterns with a star", () => {
  const staging = { DEBUG_SQL: "1", DEBUG: "1", "A.B": "1", AxB: "1" };
  const left = compareSettings(staging, {}, ["DEBUG_*", "A.B", "debug"]).map(({ setting }) => setting);
  expect(left).toEqual(["AxB", "DEBUG"]);
});
