import { afterAll } from "vitest";
import { openClient, type TestDatabase, type TestSql } from "./database.js";

export interface Login {
  readonly name: string;
  readonly url: string;
  /** One connection of this role. */
  readonly sql: TestSql;
}

let logins = 0;

/** Makes roles that can log in, members of the given ones; they go after the tests of the file. */
export function useLogins(database: TestDatabase): (...memberOf: readonly string[]) => Promise<Login> {
  const made: Login[] = [];
  afterAll(async () => {
    for (const { name, sql } of made) {
      await sql.end({ timeout: 1 });
      await database.sql.unsafe(`drop owned by ${name}; drop role ${name}`);
    }
  });
  return async (...memberOf) => {
    const name = `login_${process.pid}_${Date.now()}_${logins++}`;
    await database.sql.unsafe(`create role ${name} login password 'login-secret'`);
    for (const role of memberOf) await database.sql.unsafe(`grant ${role} to ${name}`);
    const url = new URL(database.url);
    url.username = name;
    url.password = "login-secret";
    const login = { name, url: url.href, sql: openClient(url) };
    made.push(login);
    return login;
  };
}
