import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

const markBad = (component: string, version: string, ...more: readonly string[]) =>
  cli.run(["mark-bad", "--component", component, "--version", version, "--reason", "it loses orders", ...more]);

test("mark-bad cancels those that wait, tells of those that run, and refuses later ones with 4", async () => {
  const place = newPlace();
  const running = await cli.enqueue({ ...place, version: "v3" });
  await cli.queue.tryStart(running.id);
  const waiting = await cli.enqueue({ ...place, version: "v3" });

  const { code, stdout, stderr } = await markBad("api", "v3");
  expect(code).toBe(0);
  expect(stderr).toContain("api@v3 is marked bad");
  expect(stdout.split("\n")).toEqual([
    "Cancelled 1 deployment:",
    `  - ${waiting.id} api@v3 in dev-aws-${place.region}-cell-0`,
    "Left running 1 deployment:",
    `  - ${running.id} api@v3 in dev-aws-${place.region}-cell-0; "deploy-queue cancel deployment ${running.id}" stops it`,
    "",
  ]);

  const later = await cli.run(["start", ...place.options, "--version", "v3"]);
  expect(later).toMatchObject({ code: 4, stdout: "" });
  expect(later.stderr).toContain("api@v3 was marked bad by tester: it loses orders");
  expect(later.stderr).toContain('"deploy-queue mark-good" takes the mark back');
});

test("mark-bad --json prints the deployments", async () => {
  const { id } = await cli.enqueue({ component: "json", version: "v3" });
  const { stdout } = await markBad("json", "v3", "--json");
  expect(JSON.parse(stdout)).toMatchObject([{ deployment_id: id, cancellation_kind: "withdrawn" }]);
});

test("a waiter whose version is marked bad ends with 5 and says why", async () => {
  const place = newPlace();
  const holder = await cli.running(place);
  const waiter = cli.begin(["start", ...place.options, "--component", "waited", "--version", "v3"]);
  await waiter.printed(new RegExp(`deployment ${holder}`));
  await markBad("waited", "v3");
  const { code, stderr } = await waiter.end;
  expect(code).toBe(5);
  expect(stderr).toContain("waited@v3 was marked bad by tester: it loses orders");
});

test("mark-bad of a version that no deployment has had is exit code 3, and names those most like it", async () => {
  await cli.enqueue({ component: "checkout", version: "v1.2.3" });
  const { code, stderr } = await markBad("checkout", "v1.2.4");
  expect(code).toBe(3);
  expect(stderr).toContain("no deployment has had version v1.2.4 of checkout. Most like it: v1.2.3");
});
