import { expect, test } from "vitest";
import { secretsOfUrl } from "../../src/database/urlSecrets.js";

test.each([
  ["postgres://api:p%40ss@host:5432/queue", ["p%40ss", "p@ss"]],
  ["postgres://api@host/queue?sslmode=require&password=p%40ss", ["p%40ss", "p@ss"]],
  ["postgres://api@host:5432/queue", []],
  ["https://queue.example.com/path", []],
])("the passwords of %s are known", (url, secrets) => {
  expect(secretsOfUrl(url)).toEqual(secrets);
});
