import { describe, expect, onTestFinished, test } from "vitest";
import { Database } from "../../src/database/database.js";
import { AccessDeniedError, DatabaseUnavailableError, InvalidValueError } from "../../src/database/errors.js";
import { isStillUsable, toUnavailable } from "../../src/database/unavailable.js";
import { useDatabase } from "../support/database.js";
import { until } from "../support/until.js";

const database = useDatabase();

/** An error of a server, or of a proxy, which does not name a routine. */
function serverError(severity: string, code: string, routine: string | undefined = "errstart"): Error {
  return Object.assign(new Error("so it says"), {
    ...{ severity, severity_local: severity, code },
    ...(routine === "" ? {} : { routine }),
  });
}

function driverError(code: string): Error {
  return Object.assign(new Error("so it says"), { code });
}

describe("an outage is", () => {
  test.each([
    ...[
      "ECONNREFUSED",
      "ECONNRESET",
      "ECONNABORTED",
      "EHOSTDOWN",
      "ENETDOWN",
      "ENETUNREACH",
      "EADDRNOTAVAIL",
      "EMFILE",
    ],
    ...["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "ENOENT", "EPIPE", "ETIMEDOUT", "EPROTO"],
    ...["CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "CONNECT_TIMEOUT", "SASL_SIGNATURE_MISMATCH"],
    ...["ERR_TLS_CERT_ALTNAME_INVALID", "ERR_SSL_WRONG_VERSION_NUMBER", "CERT_HAS_EXPIRED", "ERR_STREAM_DESTROYED"],
  ])("%s on the way to the server", (code) => {
    const cause = driverError(code);
    expect(toUnavailable(cause, "there")).toEqual(
      new DatabaseUnavailableError("there cannot be reached: so it says", { cause }),
    );
  });

  test.each([
    ["a server that does not take connections now", "FATAL", "55000"],
    ["a server that starts", "FATAL", "57P03"],
    ["a connection that was terminated", "FATAL", "57P01"],
    ["a server that crashes", "PANIC", "XX000"],
    ["too many connections", "FATAL", "53300"],
    ["a full disk", "ERROR", "53100"],
    ["a full queue of notifications", "ERROR", "54000"],
    ["a statement that was cancelled", "ERROR", "57014"],
    ["a standby", "ERROR", "25006"],
    ["a proxy that ends the connection", "FATAL", "XX000", ""],
    ["a proxy that has no server", "ERROR", "XX000", ""],
  ])("%s", (_, severity, code, routine?: string) => {
    const error = toUnavailable(serverError(severity, code, routine), "there");
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect(error).not.toBeInstanceOf(AccessDeniedError);
  });
});

test.each([
  ["a wrong password", "FATAL", "28P01"],
  ["a role that may not log in", "FATAL", "28000"],
  ["a database that does not exist", "FATAL", "3D000"],
  ["a database that one may not connect to", "FATAL", "42501"],
  ["a proxy that does not know the user", "ERROR", "28000", ""],
])("access is denied by %s", (_, severity, code, routine?: string) => {
  expect(toUnavailable(serverError(severity, code, routine), "there")).toBeInstanceOf(AccessDeniedError);
});

test.each([
  ["a rule", serverError("ERROR", "QD003")],
  ["a missing right", serverError("ERROR", "42501")],
  ["a lock that did not come", serverError("ERROR", "55P03")],
  ["a bug of the server", serverError("ERROR", "XX000")],
  ["an argument that is none", driverError("ERR_INVALID_ARG_TYPE")],
  ["a statement without a value", driverError("UNDEFINED_VALUE")],
])("%s is no outage", (_, error) => {
  expect(toUnavailable(error, "there")).toBe(error);
});

test.each(["42704", "22023", "42601"])(
  "a login with options that cannot be (%s) is a wrong value, which is not repeated",
  (code) => {
    const error = toUnavailable(serverError("FATAL", code), "there");
    expect(error).toBeInstanceOf(InvalidValueError);
    expect(String(error)).not.toContain("so it says");
  },
);

test("the language of the server decides nothing", () => {
  const german = { severity_local: "FEHLER", severity: "ERROR", code: "42501", routine: "aclcheck_error" };
  expect(isStillUsable(Object.assign(new Error("keine Berechtigung"), german))).toBe(true);
  // node-postgres keeps only the translated word.
  const { severity_local: severity, code, routine } = german;
  expect(isStillUsable(Object.assign(new Error("keine Berechtigung"), { severity, code, routine }))).toBe(true);
  const ended = { severity: "FATAL: auf Deutsch", code: "57P01", routine };
  expect(isStillUsable(Object.assign(new Error("beendet"), ended))).toBe(false);
});

test("a connection is used further after what the server says of a statement only", () => {
  expect(isStillUsable(serverError("ERROR", "QD003"))).toBe(true);
  expect(isStillUsable(serverError("ERROR", "25006"))).toBe(false);
  expect(isStillUsable(serverError("ERROR", "XX000", ""))).toBe(false);
  expect(isStillUsable(serverError("FATAL", "57P01"))).toBe(false);
  expect(isStillUsable(driverError("ECONNRESET"))).toBe(false);
});

describe("a role that is not let in", () => {
  const role = `deploy_queue_guest_${process.pid}`;

  function open(hosts = 1): Database {
    const url = new URL(database.url);
    const host = Array<string>(hosts).fill(url.host).join(",");
    const guest = new Database({ url: `postgres://${role}:secret@${host}${url.pathname}`, applicationName: role });
    onTestFinished(() => guest.close());
    return guest;
  }

  function failureOf(guest: Database): Promise<unknown> {
    return guest
      .query((sql) => sql`select 1`)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
  }

  test("at first is denied access; later it is an outage, which may pass", async () => {
    await database.sql.unsafe(`create role ${role} login password 'secret'`);
    onTestFinished(async () => void (await database.sql.unsafe(`drop role ${role}`)));
    const guest = open();
    expect(await failureOf(guest)).toBeUndefined();

    await database.sql.unsafe(`alter role ${role} nologin`);
    await database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${role}`;
    const later = await until("it is not let in any more", async () => {
      const failure = await failureOf(guest);
      return String(failure).includes("does not let us in") && failure;
    });
    expect(later).toBeInstanceOf(DatabaseUnavailableError);
    expect(later).not.toBeInstanceOf(AccessDeniedError);
    expect(await failureOf(open())).toBeInstanceOf(AccessDeniedError);
    expect(await failureOf(open(2))).toBeInstanceOf(AccessDeniedError);

    await database.sql.unsafe(`alter role ${role} login`);
    expect(await failureOf(guest)).toBeUndefined();
  });
});
