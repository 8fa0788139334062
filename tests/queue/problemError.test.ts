import { expect, test } from "vitest";
import { problemError } from "../../src/queue/problemError.js";

test.each([408, 429, 503])("what a server answers with %s passes, and is asked for again", (status) => {
  const error = problemError({ status, body: { detail: "not now", exit_code: 2 } }, "https://queue.example.com");
  expect(error).toMatchObject({ name: "DatabaseUnavailableError", message: expect.stringContaining("not now") });
});

test("what a server answers with 400 is the fault of the caller", () => {
  const error = problemError({ status: 400, body: { detail: "no", exit_code: 2 } }, "https://queue.example.com");
  expect(error).toMatchObject({ name: "InvalidValueError", message: "no" });
});
