import { expect, test } from "vitest";
import { useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

test("mark-good lets a version in again, and says so when it was not marked", async () => {
  await cli.enqueue({ component: "web", version: "v3" });
  await cli.queue.promotions.markBad("web", "v3", "it loses orders");
  expect(await cli.queue.promotions.badVersions()).toMatchObject([{ component: "web", version: "v3" }]);
  const markGood = () => cli.run(["mark-good", "-c", "web", "-v", "v3", "--json"]);

  const first = await markGood();
  expect(first.code).toBe(0);
  expect(first.stderr).toContain("web@v3 may be deployed again");
  expect(JSON.parse(first.stdout)).toMatchObject([{ component: "web", version: "v3", reason: "it loses orders" }]);
  const second = await markGood();
  expect(second).toMatchObject({ code: 0, stdout: "[]\n" });
  expect(second.stderr).toContain("web@v3 is not marked bad");
  await cli.enqueue({ component: "web", version: "v3" });
});

test("mark-good of a version that no deployment has had is exit code 3", async () => {
  expect((await cli.run(["mark-good", "-c", "web", "-v", "v9"])).code).toBe(3);
});
