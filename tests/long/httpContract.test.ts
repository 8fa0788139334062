import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { useCommandLine, useDirectory } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";
import { seed } from "../support/seed.js";

const program = process.env["DEPLOY_QUEUE_TEST_SCHEMATHESIS"];
const server = useHttpServer(useCommandLine(), { rateLimit: 0 });
const directory = useDirectory();

const checks = [
  ...["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"],
  "ignored_auth",
];

test("what schemathesis makes of the OpenAPI document gets the answers that the document says", async ({ skip }) => {
  if (program === undefined) {
    return skip("DEPLOY_QUEUE_TEST_SCHEMATHESIS does not name the program of schemathesis");
  }
  const child = spawn(
    program,
    [
      ...["run", `${server.base}/openapi.json`, "--no-color", "--header"],
      `Authorization: Bearer ${await server.tokenOf("operator")}`,
      ...["--checks", checks.join(), "--phases", "examples,coverage,fuzzing", "--max-examples", "20"],
      ...["--seed", String(seed), "--no-shrink", "--generation-database", "none", "--warnings", "off"],
      // A stream has no end.
      ...["--exclude-path-regex", "/events$", "--request-timeout", "60", "--continue-on-failure"],
    ],
    { cwd: directory, stdio: ["ignore", "pipe", "pipe"] },
  );
  const [output, problems] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);

  expect(server.logged).toEqual([]);
  expect(child.exitCode, output + problems).toBe(0);
});
