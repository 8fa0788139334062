import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gatedBy, newVersion } from "../../support/checks.js";
import { newPlace, useCommandLine, useDirectory } from "../../support/commandLine.js";

const cli = useCommandLine();
const directory = useDirectory();
const secret = "5f4dcc3b5aa765d61d8327deb882cf99";

let pairs = 0;

/** The two files of a comparison, as options. */
function files(staging: string, production: string): string[] {
  const [from, to] = [join(directory, `staging-${pairs}.env`), join(directory, `prod-${pairs++}.env`)];
  writeFileSync(from, staging);
  writeFileSync(to, production);
  return ["--from", from, "--to", to];
}

const parity = (...args: string[]) => cli.run(["check", "config-parity", ...args], { DEPLOY_QUEUE_DATABASE_URL: "" });

const staging = `# of the shop
BILLING=true
export SERVICE_TOKEN="${secret}"
STRIPE_API_KEY=sk_test_51Habc
STRIPE_WEBHOOK_SECRET=whsec_9a
DATABASE_URL=postgres://staging
`;

test("says which settings production lacks and which are those of tests, without a database and without a value", async () => {
  const production = `SERVICE_TOKEN='${secret}'\nSTRIPE_API_KEY=sk_test_51Habc\nDATABASE_URL=postgres://prod\nREGION=eu\n`;
  const { code, stdout, stderr } = await parity(...files(staging, production));
  expect(stdout.trimEnd().split("\n")).toEqual([
    "setting                staging   production  what is wrong",
    "BILLING                set       missing     missing in production",
    "STRIPE_API_KEY         test key  test key    test key in production",
    "STRIPE_WEBHOOK_SECRET  set       missing     missing in production",
    "SERVICE_TOKEN          set       same        warning: the secret of staging",
    "DATABASE_URL           set       different",
    "REGION                 missing   set",
  ]);
  expect(stderr).toContain("3 of 6 settings are wrong in production");
  expect(code).toBe(4);
  for (const value of [secret, "sk_test_51Habc", "whsec_9a", "postgres:"]) expect(stdout + stderr).not.toContain(value);
});

test("exits with 0 when nothing is wrong, and prints JSON of all settings", async () => {
  const given = files(staging, "DATABASE_URL=postgres://prod");
  const { code, stdout } = await parity(...given, "--ignore", "STRIPE_*, BILLING,SERVICE_TOKEN", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual([
    { setting: "DATABASE_URL", staging: "set", production: "different", problem: null, is_wrong: false },
  ]);
});

test("reports for a version, with names alone, so that an environment lets it in or tells why not", async () => {
  const version = newVersion();
  const { environment, region } = newPlace(await gatedBy(cli, "config-parity"));
  const { id } = await cli.enqueue({ environment, region, version });
  const check = (production: string) =>
    cli.run([
      "check",
      "config-parity",
      ...files(staging, production),
      "-c",
      "api",
      "-v",
      version,
      "--url",
      "https://ci/9",
    ]);

  const failed = await check("DATABASE_URL=postgres://prod");
  expect(failed.code).toBe(4);
  expect(failed.stderr).toContain(`check config-parity failed for api@${version}`);
  expect(await cli.queue.tryStart(id)).toMatchObject({
    waitingOn: [{ kind: "check", text: "check config-parity failed: https://ci/9" }],
  });
  const [reported] = await cli.queue.checks.latest({ version });
  expect(reported?.details).toEqual({
    compared: 5,
    wrong: {
      BILLING: "missing in production",
      SERVICE_TOKEN: "missing in production",
      STRIPE_API_KEY: "missing in production",
      STRIPE_WEBHOOK_SECRET: "missing in production",
    },
    warnings: {},
  });

  expect((await check(staging.replace("sk_test", "sk_live"))).code).toBe(0);
  expect((await cli.queue.tryStart(id)).started).toBe(true);
});

test.each([
  [["--from", "/nowhere.env", "--to", "/nowhere.env"], "--from must be a file that can be read"],
  [files("{}", "A=1"), "has no setting"],
  [[...files("A=1", "A=1"), "--component", "api"], "--component and --version are needed together"],
])("%j is refused with 2, in one line", async (args, message) => {
  const { code, stdout, stderr } = await parity(...args);
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(/^[^\n]*\n$/) });
  expect(stderr).toContain(message);
});
