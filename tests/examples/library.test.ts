import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { deliver } from "../../src/worker/webhooks/deliver.js";
import { useDatabase } from "../support/database.js";
import { killLater } from "../support/leftovers.js";
import { startReceiver } from "../support/receiver.js";
import { until } from "../support/until.js";
import { newWebhook } from "../support/webhooks.js";

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

test("the receiver of docs/webhooks.md is the example, and believes only what is signed", async () => {
  const example = readFileSync(join(root, "examples/receiver.mjs"), "utf8");
  const page = readFileSync(join(root, "docs/webhooks.md"), "utf8");
  expect(example).toContain(/^```js\n(.*?)^```$/ms.exec(page)?.[1] ?? "nothing is shown");

  const { port, stop } = await startReceiver();
  await stop();
  const { secret } = await newWebhook(database, { url: `http://127.0.0.1:${port}/`, allowPrivate: true });
  const receiver = spawn(process.execPath, [join(root, "examples/receiver.mjs")], {
    env: { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) },
  });
  killLater(receiver);
  let said = "";
  receiver.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  await until("it listens", () => said.includes("listens"));
  const { id } = await database.enqueue({ component: "shop" });
  await database.queue.tryStart(id);
  const [message] = await database.queue.webhooks.next();
  if (message === undefined) throw new Error("nothing is due");
  expect(await deliver(message)).toEqual({ delivered: true, httpStatus: 204 });
  expect(said).toContain(`${message.message_uid} deployment.started shop in dev\n`);
  expect(await deliver({ ...message, secrets: ["whsec_c29tZWJvZHkgZWxzZQ=="] })).toMatchObject({ httpStatus: 401 });
});
