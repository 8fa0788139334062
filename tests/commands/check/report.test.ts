import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gatedBy, newVersion } from "../../support/checks.js";
import { newPlace, useCommandLine, useDirectory } from "../../support/commandLine.js";

const cli = useCommandLine();
const directory = useDirectory();
const of = (version: string) => ["--component", "api", "--version", version];

describe("check report", () => {
  test("lets in the one that waits, who has seen the page of the failure before", async () => {
    const version = newVersion();
    const { options } = newPlace(await gatedBy(cli, "e2e"));
    const waiting = cli.begin(["start", ...options, "--version", version]);
    await waiting.printed(new RegExp(`check e2e has not been reported for api ${version}`));
    await cli.run(["check", "report", ...of(version), "--name", "e2e", "--failed", "--url", "https://ci.example/7"]);
    const queued = await cli.run(["list", "queue", "--json"]);
    expect(queued.stdout).toContain("check e2e failed: https://ci.example/7");

    const { code, stderr } = await cli.run(["check", "report", ...of(version), "--name", "e2e", "--passed"]);
    expect(code).toBe(0);
    expect(stderr).toContain(`check e2e passed for api@${version}`);
    expect((await waiting.end).code).toBe(0);
  });

  test("preflight and explain say how to report it", async () => {
    const version = newVersion();
    const { environment, region, options } = newPlace(await gatedBy(cli, "e2e"));
    await cli.queue.roles.create();
    const preflight = await cli.run(["preflight", ...options, "--version", version]);
    expect(preflight.code).toBe(4);
    expect(preflight.stdout).toContain(`✗ check: check e2e has not been reported for api ${version}`);
    expect(preflight.stdout).toContain(`checker: deploy-queue check report --name e2e --passed`);
    const { id } = await cli.enqueue({ environment, region, version });
    const { stdout } = await cli.run(["explain", String(id)]);
    expect(stdout).toContain(`check: check e2e has not been reported for api ${version}`);
    expect(stdout).toContain(`deploy-queue check report --name e2e --passed --version ${version} --component api`);
  });

  test("keeps details, and until when it counts", async () => {
    const version = newVersion();
    const file = join(directory, "load.json");
    writeFileSync(file, '{"p95": 12}');
    const more = ["--details", file, "--expires", "24h", "--json"];
    const { stdout } = await cli.run(["check", "report", ...of(version), "--name", "load", "--passed", ...more]);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ check_id: expect.any(Number), component: "api", version, name: "load", state: "passed", url: null },
      ...{ details: { p95: 12 }, expires_at: expect.any(String), actor: "tester", reported_at: expect.any(String) },
    });
  });

  test.for([
    [["--name", "e2e"], "either --passed or --failed is needed"],
    [["--name", "e2e", "--passed", "--failed"], "either --passed or --failed is needed"],
    [["--name", "", "--passed"], "--name is empty"],
    [["--name", "n".repeat(51), "--passed"], "--name must be 1 to 50 printable characters"],
    [["--name", "e2e", "--passed", "--url", "javascript:1"], "--url must begin with http or https"],
    [["--name", "e2e", "--passed", "--details", "/nowhere.json"], "--details must be a file with JSON: /nowhere.json"],
    [["--name", "e2e", "--passed", "--expires", "soon"], "--expires must be a duration"],
    [["--name", "e2e", "--passed", "--expires", "0"], "a check expires after it was reported"],
  ] as const)("%j is refused with 2, in one line", async ([args, message]) => {
    const { code, stdout, stderr } = await cli.run(["check", "report", ...of("v1"), ...args]);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(/^[^\n]*\n$/) });
    expect(stderr).toContain(message);
  });
});

test("list checks shows the newest report of each, and says when there are more", async () => {
  const version = newVersion();
  expect((await cli.run(["list", "checks", ...of(version)])).stdout).toBe("No check is reported for that.\n");
  for (const [name, passed] of [
    ["e2e", false],
    ["e2e", true],
    ["load", false],
  ] as const) {
    await cli.queue.checks.report({ component: "api", version, name, passed, url: "https://ci.example/8" });
  }
  const { stdout } = await cli.run(["list", "checks", ...of(version)]);
  expect(stdout).toMatch(/^check {2}component {2}version {2}state/);
  expect(stdout.trim().split("\n").slice(1)).toEqual([
    expect.stringMatching(new RegExp(`^load +api +${version} +failed .* https://ci.example/8$`)),
    expect.stringMatching(new RegExp(`^e2e +api +${version} +passed `)),
  ]);
  const limited = await cli.run(["list", "checks", ...of(version), "--limit", "1", "--json"]);
  expect(JSON.parse(limited.stdout)).toMatchObject([{ name: "load", state: "failed" }]);
  expect(limited.stderr).toContain("these are the newest 1; --limit shows more");
});
