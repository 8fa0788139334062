import { hostname } from "node:os";
import { expect, test } from "vitest";
import { actorOf } from "../../src/queue/actor.js";
import { useDatabase } from "../support/database.js";

const database = useDatabase();

test.each<[string, Record<string, string>, string | undefined, string]>([
  ["what is given", { DEPLOY_QUEUE_ACTOR: "ben" }, "ann", "ann"],
  ["DEPLOY_QUEUE_ACTOR", { DEPLOY_QUEUE_ACTOR: "ben", GITHUB_ACTOR: "carl" }, "", "ben"],
  [
    "the user of a job of GitHub",
    { GITHUB_ACTOR: "ann", GITHUB_REPOSITORY: "org/repo", GITHUB_RUN_ID: "7" },
    undefined,
    "ann (org/repo run 7)",
  ],
  ["who runs a job of GitHub again", { GITHUB_ACTOR: "ann", GITHUB_TRIGGERING_ACTOR: "ben" }, undefined, "ben"],
  [
    "the user of a job of GitLab",
    { GITLAB_USER_LOGIN: "ann", CI_PROJECT_PATH: "group/app", CI_JOB_ID: "8" },
    undefined,
    "ann (group/app job 8)",
  ],
  [
    "the user of a build of Buildkite",
    { BUILDKITE_BUILD_CREATOR: "Ann", BUILDKITE_PIPELINE_SLUG: "app", BUILDKITE_BUILD_NUMBER: "9" },
    undefined,
    "Ann (app build 9)",
  ],
  ["a text in one line of 200 characters", {}, ` a\u001b[31m\nb${"é".repeat(300)}`, `a b${"é".repeat(197)}`],
])("the actor is %s", (_, environment, given, actor) => {
  expect(actorOf(environment, given)).toBe(actor);
});

test("without any of these the actor is user@host", () => {
  expect(actorOf({})).toMatch(new RegExp(`^.+@${hostname()}$`));
});

test("a change is recorded with its actor beside the role, and leaves no setting behind on the connection", async () => {
  const own = database.openQueue({ actor: "ann" });
  const place = { environment: "dev", cloudProvider: "aws", region: "actor", cellIndex: 0 };

  const { id, actor } = await own.enqueue({ ...place, component: "api" });
  await own.tryStart(id);
  await own.cancel(id);

  expect(actor).toBe("ann");
  const events = await own.history.of(id);
  expect(events.map((event) => event.actor)).toEqual(["ann", "ann", "ann"]);
  expect(events.every(({ principal }) => principal !== "ann")).toBe(true);
  const [left] = await own.database.query<{ setting: string }>(
    (sql) => sql`select current_setting('deploy_queue.actor', true) as setting`,
  );
  expect(left?.setting).toBe("");
});
