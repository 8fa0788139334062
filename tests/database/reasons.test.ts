import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { reasonOf } from "../../src/database/reasons.js";

const failureOf = (act: () => unknown): Promise<unknown> =>
  Promise.resolve()
    .then(act)
    .then(
      () => undefined,
      (error: unknown) => error,
    );

test.for<readonly [string, () => unknown]>([
  ["nothing answers at 127.0.0.1:1", () => once(connect(1, "127.0.0.1"), "connect")],
  ["there is no /nowhere/socket", () => once(connect("/nowhere/socket"), "connect")],
  ["there is no /nowhere", () => readFileSync("/nowhere")],
  ["it is a folder", () => readFileSync("/")],
  ["a part of /etc/passwd/x is no folder", () => readFileSync("/etc/passwd/x")],
])("%s", async ([sentence, act]) => {
  expect(reasonOf(await failureOf(act))).toBe(sentence);
});

test("what the driver says in a code is a sentence; a message of ours beside a code stays as it is", () => {
  const coded = (code: string, message: string) => Object.assign(new Error(message), { code });
  expect(reasonOf(coded("CONNECT_TIMEOUT", "write CONNECT_TIMEOUT db:5432"))).toBe("there was no answer in time");
  const ours = coded("ECONNRESET", "the server ended the connection before it was ready");
  expect(reasonOf(ours)).toBe(ours.message);
  expect(reasonOf(new AggregateError([ours, coded("EPIPE", "write EPIPE")]))).toBe(
    `${ours.message}, the other side has closed the connection`,
  );
});
