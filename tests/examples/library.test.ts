import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { useDatabase } from "../support/database.js";

const database = useDatabase();
const root = join(import.meta.dirname, "../..");

async function outputOf(example: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", join(root, "examples", example)], {
    env: { ...process.env, DEPLOY_QUEUE_DATABASE_URL: database.url },
  });
  return stdout;
}

test("the example of the library deploys", async () => {
  expect(await outputOf("library.ts")).toBe("deployment 1 is deploying\nfinished\ndeployment 2 finished too\n");
});

test("the example of gates is told what is missing, and is refused without the phrase", async () => {
  expect((await outputOf("gates.ts")).trimEnd().split("\n")).toEqual([
    "run 41 is cancelled: superseded",
    "the gates are shut",
    expect.stringMatching(/^- \[ \] 1 approval \(none given\)/),
    "- [ ] check e2e has not been reported for api v2",
    "the check e2e of v2 has passed",
    expect.stringMatching(/^deployment \d+ has 0 of 1 approvals$/),
    'api@v3 in prod-aws-us-west-2-cell-1 was rejected: the confirmation is "I am on call", not "yes"',
  ]);
});

test("docs/library.md shows parts of the example of gates as they are", () => {
  const flat = (text: string): string => text.replaceAll(/\s+/g, " ");
  const example = flat(readFileSync(join(root, "examples/gates.ts"), "utf8"));
  const page = readFileSync(join(root, "docs/library.md"), "utf8").split("## Gates and order")[1] ?? "";
  const shown = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = ""]) => flat(block).trim());

  expect(shown.length).toBeGreaterThan(3);
  expect(shown.filter((block) => !example.includes(block))).toEqual([]);
});
