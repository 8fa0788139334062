import { describe, expect, test } from "vitest";
import { connectionSettings, describeSettings } from "../../src/database/connectionSettings.js";
import { checkConnectionUrl, resolveConnectionTarget } from "../../src/database/connectionUrl.js";
import { InvalidValueError } from "../../src/database/errors.js";

describe("checkConnectionUrl", () => {
  test.each([
    "postgres://host/db",
    "postgresql://user:password@host:5432/db",
    "postgres:///db",
    "postgres://user@one:5432,two:5433/db",
    "postgres://user:p%40ss%2Fword@host/db?sslmode=require",
    "postgres://user@[::1]:5432/db",
    "postgres://user:secret@/db?host=/cloudsql/project:region:instance",
    "postgres://user@host",
  ])("accepts %s", (url) => {
    expect(checkConnectionUrl(url)).toBe(url);
  });

  test.each([
    ["mysql://user:secret@host/db", "it must begin with postgres:// or postgresql://"],
    ["", "it must begin with"],
    ["postgres://user:secret@host:port/db", "a host or a port cannot be read"],
    ["postgres://user:secret@one,two:port/db", "a host or a port cannot be read"],
    ["postgres://user:sec@ret@host/db", "%40"],
  ])("refuses %s and does not repeat it", (url, reason) => {
    const check = () => checkConnectionUrl(url);

    expect(check).toThrow(InvalidValueError);
    expect(check).toThrow(reason);
    expect(check).not.toThrow(/secret/);
  });
});

describe("describeSettings", () => {
  test.each([
    ["postgres://user:secret@host:5432/db?password=secret", "user@host:5432/db"],
    ["postgresql://user@host/db", "user@host:5432/db"],
    ["postgres://user:12%2Fsecret@host/db", "user@host:5432/db"],
    ["postgres://user:secret@one:1,[::1]:2/d%C3%BC", "user@one:1,[::1]:2/dü"],
    ["postgres://user:@%2Frun%2Fpostgresql/db", "user@/run/postgresql:5432/db"],
  ])("shows %s as %s", (url, expected) => {
    expect(describeSettings(connectionSettings(url))).toBe(expected);
  });
});

describe("resolveConnectionTarget", () => {
  test("takes the URL of the environment, without blanks around it", async () => {
    expect(await resolveConnectionTarget({ DEPLOY_QUEUE_DATABASE_URL: " postgres://host/db\n" })).toEqual({
      url: "postgres://host/db",
      embeddedDirectory: undefined,
      embeddedStarted: false,
    });
  });

  test.each(["true", "1", "TRUE"])("refuses a missing URL when CI is %s", async (CI) => {
    await expect(resolveConnectionTarget({ CI })).rejects.toThrow(InvalidValueError);
    await expect(resolveConnectionTarget({ CI, DEPLOY_QUEUE_DATABASE_URL: " " })).rejects.toThrow(/is set, and in CI/);
  });
});
