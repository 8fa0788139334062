import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { newPlace, printedId, stepOutput, useCommandLine, useDirectory } from "../support/commandLine.js";

const cli = useCommandLine();
const directory = useDirectory();

describe("stage", () => {
  test("records a held deployment with its command, prints its id and occupies no line", async () => {
    const place = newPlace();
    const output = stepOutput(directory);
    const { code, stdout } = await cli.runProcess(
      ["stage", ...place.options, "--version", "v1", "--note", "prepared", "--", "sh", "-c", 'echo "a b", c'],
      { GITHUB_OUTPUT: output.path },
    );

    expect(code).toBe(0);
    const row = await cli.row(Number(stdout));
    expect(row).toMatchObject({ status: "held", hold: "outside", note: "prepared", heartbeat_timestamp: null });
    expect(row.command).toEqual(["sh", "-c", 'echo "a b", c']);
    expect(output.read()).toContain(String(row.id));
    expect((await cli.run(["start", ...place.options])).code).toBe(0);
  });

  test("records nothing when there is no file for the step outputs", async () => {
    const before = await cli.counts();
    const { code, stdout } = await cli.runProcess(["stage", ...newPlace().options], {
      GITHUB_OUTPUT: "/nowhere/output",
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(await cli.counts()).toEqual(before);
  });

  test.skipIf(!existsSync("/dev/full"))(
    "prints the id also when the file for the step outputs has no room",
    async () => {
      const { code, stdout, stderr } = await cli.runProcess(["stage", ...newPlace().options], {
        GITHUB_OUTPUT: "/dev/full",
      });
      expect(code).toBe(2);
      expect((await cli.row(Number(stdout))).status).toBe("held");
      expect(stderr).toContain("GITHUB_OUTPUT names /dev/full");
    },
  );

  test("the same again is refused with exit code 4, naming the first", async () => {
    const place = newPlace();
    const { stdout } = await cli.run(["stage", ...place.options, "--", "true"]);
    const again = await cli.run(["stage", ...place.options, "--", "true"]);
    expect(again).toMatchObject({ code: 4, stdout: "" });
    expect(again.stderr).toContain(`deployment ${stdout.trim()} (api) is staged already`);
    expect((await cli.run(["stage", ...place.options, "--", "false"])).code).toBe(0);
  });

  test.for([
    [["--not-before", "2026-11-01T02:00:00"], "--not-before: '2026-11-01T02:00:00' does not say its time zone"],
    [
      ["--not-before", "soon"],
      '--not-before must be a duration such as 90s, 30m or 1h, not "soon". Or a time, such as 2026-11-01T02:00:00Z',
    ],
    [["--not-after", "2020-01-01T00:00:00Z"], "--not-after must lie in the future"],
    [["--priority", "high"], "--priority must be a whole number"],
    [["--not-before", "2h", "--not-after", "1h"], "--not-after must be later than --not-before"],
  ] as const)("%j is one clear line and exit code 2", async ([options, message]) => {
    const { code, stderr } = await cli.run(["stage", ...newPlace().options, ...options]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("list staged", () => {
  test("shows what is on hold, since when, by whom and what its release does", async () => {
    const environment = await cli.environment();
    const place = newPlace(environment);
    const { stdout: first } = await cli.run([
      "stage",
      ...place.options,
      "--version",
      "v1",
      "--",
      "./deploy.sh",
      "it's",
    ]);
    const [later, note] = ["2099-01-01T02:00:00Z", "after the sale"];
    const { stdout: second } = await cli.run([
      ...["stage", ...place.options, "--version", "v2", "--not-before", later],
      ...["--note", note, "--url", "https://ci/7"],
    ]);
    const job = cli.launch(["start", ...place.options, "--hold=in-line"]);
    const third = await printedId(job);
    const { code, stdout } = await cli.run(["list", "staged", "--environment", environment]);

    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ {2,}/));
    const cell = `${environment}-aws-${place.region}-cell-0`;
    const [since, by] = [expect.stringMatching(/Z$/), expect.any(String)];
    expect(lines).toEqual([
      ["id", "cell", "component", "since", "by", "release", "about"],
      [first.trim(), cell, "api@v1", since, by, "runs ./deploy.sh 'it'\\''s'"],
      [second.trim(), cell, "api@v2", since, by, "starts it", `not before ${later}; ${note}; https://ci/7`],
      [String(third), cell, "api", since, by, "its job goes on", "keeps its place in the line"],
    ]);
    const { stdout: json } = await cli.run(["list", "staged", "--environment", environment, "--json"]);
    expect(JSON.parse(json)).toMatchObject([
      { command: ["./deploy.sh", "it's"] },
      { command: null, note },
      { process_waits: true },
    ]);
  });

  test("says that nothing is on hold", async () => {
    const environment = await cli.environment();
    expect(await cli.run(["list", "staged", "--environment", environment])).toMatchObject({
      code: 0,
      stdout: "Nothing is on hold.\n",
    });
  });
});

describe("purge", () => {
  test("drops what it names and nothing else, with the reason", async () => {
    const place = newPlace();
    const stage = async (version: string) =>
      Number((await cli.run(["stage", ...place.options, "--version", version])).stdout);
    const [dropped, kept] = [await stage("v1"), await stage("v2")];
    const { code, stderr } = await cli.run(["purge", String(dropped), "--yes", "--reason", "not this week"]);

    expect(code).toBe(0);
    expect(stderr).toContain(`deployment ${dropped} (api@v1) was dropped`);
    expect(await cli.row(dropped)).toMatchObject({ status: "cancelled", cancellation_note: "not this week" });
    expect(await cli.row(kept)).toMatchObject({ status: "held" });
    const again = await cli.run(["purge", String(dropped), "--yes"]);
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`${dropped} (api@v1) was dropped already`),
    });
    expect((await cli.run(["purge", "--region", place.region, "--yes"])).code).toBe(0);
    expect(await cli.row(kept)).toMatchObject({ status: "cancelled" });
  });

  test.for([
    [[], "say which: ids, --all, or some of --component"],
    [["42", "--all"], "do not go together"],
    [["--component", ""], "--component is empty"],
    [["--all", "--region", "r"], "do not go together"],
    [["forty-two"], 'the deployment id must be a whole number, not "forty-two"'],
  ] as const)("%j is refused with exit code 2", async ([args, message]) => {
    const { code, stderr } = await cli.run(["purge", ...args, "--yes"]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test("without a terminal and --yes drops nothing", async () => {
    const { stdout } = await cli.run(["stage", ...newPlace().options]);
    const { code, stderr } = await cli.run(["purge", stdout.trim()]);
    expect(code).toBe(2);
    expect(stderr).toContain("nothing was done: there is no terminal to ask at");
    expect(stderr).toContain("--yes");
    expect(await cli.row(Number(stdout))).toMatchObject({ status: "held" });
  });

  test("of what is not on hold is refused with exit code 4, of what does not exist with 3", async () => {
    const running = await cli.running(newPlace());
    const { code, stderr } = await cli.run(["purge", String(running), "--yes"]);
    expect(code).toBe(4);
    expect(stderr).toContain(`deployment ${running} is not on hold: it is running`);
    expect((await cli.run(["purge", "999999", "--yes"])).code).toBe(3);
  });
});

test.each([
  [["--component", "api"], "--component"],
  [["--cell", "dev-aws-x-cell-0"], "--cell"],
  [["--cell-index", "0"], "--cell-index"],
  [["--artifact", "sha"], "--artifact"],
])("stage --target does not go together with %j", async (more, option) => {
  expect(await cli.run(["stage", "--target", "my-app", ...more, "--", "true"])).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining(`--target and ${option} do not go together`) },
  });
  expect(await cli.run(["stage", "--target", "my-app"])).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining("--target needs a command behind --") },
  });
});
