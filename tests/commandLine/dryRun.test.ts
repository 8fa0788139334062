import { expect, test } from "vitest";
import { newPlace, stepOutput, useCommandLine, useDirectory } from "../support/commandLine.js";

const cli = useCommandLine();
const directory = useDirectory();

test("start --dry-run to a cell that does not exist yet writes nothing, not even the cell", async () => {
  const before = await cli.counts();
  const output = stepOutput(directory);

  const { code, stdout } = await cli.runProcess(["start", ...newPlace().options, "--dry-run"], {
    GITHUB_OUTPUT: output.path,
  });

  expect(code).toBe(0);
  expect(stdout).toBe("It would start at once\n");
  expect(output.read()).toBe("");
  expect(await cli.counts()).toEqual(before);
});

test("start --dry-run names the blockers in the order of the line", async () => {
  const place = newPlace();
  const holder = await cli.running(place);
  const { id } = await cli.enqueue({ ...place, component: "web", version: "v7" });
  const before = await cli.counts();

  const { code, stdout, stderr } = await cli.run(["start", ...place.options, "--dry-run"]);

  expect(code).toBe(6);
  expect(stdout).toMatch(
    new RegExp(
      "^It would wait at position 2, start unknown\n" +
        `  ✗ running: deployment ${holder} \\(holder\\) is running\n` +
        `  ✗ queued: deployment ${id} \\(web@v7\\) is ahead in the line\n` +
        "      (operator: )?deploy-queue bump \\.\\.\\. --reason \\.\\.\\.\n$",
    ),
  );
  expect(stderr).toBe("");
  expect(await cli.counts()).toEqual(before);
});

test("start --dry-run --json prints the place as one document", async () => {
  const place = newPlace(await cli.environment({ bufferTime: "1 hour" }));
  const holder = await cli.running(place);
  await cli.queue.finish(holder);
  const before = await cli.counts();

  const { code, stdout } = await cli.run(["start", ...place.options, "--dry-run", "--json"]);

  expect(code).toBe(6);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  const shown = JSON.parse(stdout);
  expect(shown).toMatchObject({ can_start: false, gates_open: true });
  expect(shown.checklist).toMatchObject([{ deployment_id: holder, kind: "buffer", is_open: false }]);
  expect(shown.forecast).toMatchObject({ deployment_id: null, position: 1, overdue: false, blocker_count: 1 });
  expect(Date.parse(shown.forecast.predicted_start)).toBe(Date.parse(shown.checklist[0].until));
  expect(await cli.counts()).toEqual(before);
});

test("start --dry-run says what would withhold it, without an id that it does not have", async () => {
  const place = newPlace(await cli.environment());
  await cli.run(["freeze", "--environment", place.environment, "--reason", "sale"]);

  const { stdout } = await cli.run(["start", ...place.options, "--dry-run", "--hold", "--not-before", "1h"]);

  expect(stdout).toMatch(
    new RegExp(
      "^It would wait at position 1, start unknown\n" +
        "  ✗ hold: it is on hold until it is released\n" +
        "      (deployer: )?deploy-queue release ...\n" +
        "  ✗ schedule: it is not to start yet, until \\S+Z\n" +
        `  ✗ freeze: ${place.environment} is frozen by \\w+ \\(freeze \\d+\\): sale\n` +
        "      (operator: )?deploy-queue freeze allow \\d+ ...\n" +
        "      (operator: )?deploy-queue thaw \\d+\n$",
    ),
  );
});

test("start --dry-run would not wait for those with its concurrency key", async () => {
  const place = newPlace();
  await cli.running(place, { concurrencyKey: "x" });

  const { stdout } = await cli.run(["start", ...place.options, "--concurrency-key", "x", "--dry-run"]);

  expect(stdout).toBe("It would start at once\n");
});

test("start --dry-run refuses an environment that does not exist", async () => {
  expect(await cli.run(["start", ...newPlace("nowhere").options, "--dry-run"])).toMatchObject({ code: 3, stdout: "" });
});

test.each([
  ["a component of 201 characters", ["--component", "x".repeat(201)], 2, "--component must be 1 to 200"],
  ["a version of 101 characters", ["--version", "x".repeat(101)], 2, "--version must be 1 to 100"],
  ["a maximum duration of 31 days", ["--max-duration", "31d"], 2, "--max-duration must be between"],
  ["an end before its beginning", ["--not-before", "2h", "--not-after", "1h"], 2, "--not-after must be later"],
])("start --dry-run refuses %s, as start does", async (_, options, exitCode, message) => {
  const place = newPlace();
  const before = await cli.counts();

  for (const dryRun of [["--dry-run"], []]) {
    const { code, stdout, stderr } = await cli.run(["start", ...place.options, ...options, ...dryRun]);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
    expect(stderr).toContain(message);
  }
  expect(await cli.counts()).toEqual(before);
});

test("start --dry-run refuses what would wait for its parent", async () => {
  const place = newPlace();
  const parent = await cli.running(place, { heartbeat: true });

  const { code, stderr } = await cli.run(["start", ...place.options, "--parent", String(parent), "--dry-run"]);

  expect(code).toBe(4);
  expect(stderr).toContain("would wait for itself");
});
