import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { annotations, runStep, type StepEnd, stepInputs } from "../support/action.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { json, startSlack } from "./slack/slackServer.js";

const cli = useCommandLine();
const token = "xoxb-of-the-tests";
let slack: Awaited<ReturnType<typeof startSlack>>;
const inputs = (mode: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  ...stepInputs(cli.url)(mode, newPlace()),
  ...{ "slack-channel-id": "C01234567", "slack-bot-token": token, "slack-api-url": slack.url, ...more },
});

beforeAll(async () => {
  slack = await startSlack(token);
});
afterEach(() => slack.answer());
afterAll(() => slack.stop());

/** The outcome answers the message of the start, and changes it. */
function expectAnswer({ outputs }: StepEnd, verb: string): void {
  const [started, ...outcome] = slack.requests;
  const ts = outputs["slack-start-message-id"];
  expect(started?.fields["text"]).toContain("Started api@v1");
  expect(outcome.map(({ method }) => method).sort()).toEqual(["chat.postMessage", "chat.update"]);
  for (const { method, fields } of outcome) {
    expect(fields["text"]).toContain(`${verb} api@v1`);
    expect(method === "chat.update" ? fields["ts"] : fields["thread_ts"]).toBe(ts);
  }
  expect(slack.complaints).toEqual([]);
}

test("start tells a channel, and finish answers its message", async () => {
  const start = await runStep(inputs("start"));
  const finish = await runStep(
    inputs("finish", {
      "deployment-id": start.outputs["deployment-id"] ?? "",
      "slack-start-message-id": start.outputs["slack-start-message-id"] ?? "",
    }),
  );

  expect([start.code, finish.code]).toEqual([0, 0]);
  expect(slack.requests.map(({ method }) => method)).toEqual(["chat.postMessage", "chat.postMessage"]);
  expect(slack.requests[0]?.fields["text"]).toContain("Started api@v1");
  expect(slack.requests[1]?.fields["text"]).toContain("Finished api@v1");
  expect(slack.requests[1]?.fields["thread_ts"]).toBe(start.outputs["slack-start-message-id"]);
  expect(JSON.stringify(slack.requests[0]?.blocks)).toContain("https://github.com/org/repo/actions/runs/1001/job/5001");
  expect(slack.complaints).toEqual([]);
});

test("cancel answers the message of the start", async () => {
  const start = await runStep(inputs("start"));
  await runStep(
    inputs("cancel", {
      "deployment-id": start.outputs["deployment-id"] ?? "",
      "cancellation-note": "failing health checks",
      "slack-start-message-id": start.outputs["slack-start-message-id"] ?? "",
    }),
  );

  expect(slack.requests[1]?.fields["thread_ts"]).toBe(start.outputs["slack-start-message-id"]);
  expect(JSON.stringify(slack.requests[1]?.blocks)).toContain("failing health checks");
});

test.each([
  ["true", "Finished"],
  ["false", "Failed"],
] as const)("a step that runs %s answers its start message and changes it", async (command, verb) => {
  const step = await runStep(inputs("run", { command }));

  expectAnswer(step, verb);
});

test.each([
  ["success", "Finished"],
  ["failure", "Failed"],
] as const)("a job that ends as %s answers its start message and changes it", async (jobStatus, verb) => {
  const given = inputs("job");
  const main = await runStep(given);
  await runStep(given, { state: main.state, jobStatus });

  expectAnswer(main, verb);
});

test("a Slack that refuses is a warning, and the deployment starts", async () => {
  slack.answer(json({ ok: false, error: "channel_not_found" }));

  const step = await runStep(inputs("start"));

  expect(step.code).toBe(0);
  expect(annotations(step, "warning")).toContainEqual(expect.stringContaining("channel_not_found"));
  expect((await cli.row(Number(step.outputs["deployment-id"]))).status).toBe("running");
  expect(step.log).toContain(`::add-mask::${token}`);
  expect(step.log.replaceAll(/^::add-mask::.*$/gm, "")).not.toContain(token);
});

test("half of what Slack needs is a warning, and nothing is sent", async () => {
  const step = await runStep(inputs("start", { "slack-bot-token": "" }));

  expect(step.code).toBe(0);
  expect(annotations(step, "warning")).toContainEqual(expect.stringContaining("slack-bot-token is missing"));
  expect(slack.requests).toEqual([]);
});
