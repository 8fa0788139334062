import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newPeople } from "../support/approvals.js";
import { newPlace, useCommandLine, useDirectory } from "../support/commandLine.js";
import { type Login, useLogins } from "../support/logins.js";

const cli = useCommandLine();
const newLogin = useLogins(cli);
const directory = useDirectory();

const by = ({ url, name }: Login) => ({ DEPLOY_QUEUE_DATABASE_URL: url, DEPLOY_QUEUE_ACTOR: name });

test("a version goes from staging through every gate into production, and each step that is missing is told", async () => {
  const { ci, ann, bob } = await newPeople(cli, newLogin);
  const staging = newPlace(await cli.environment());
  const production = newPlace(await cli.environment());
  const policies = [
    ...["--confirmation", "ship it to production", "--approvals", "2"],
    ...["--promote-from", staging.environment, "--same-artifact"],
    ...["--require-checks", "config-parity", "--require-verification"],
  ];
  expect((await cli.run(["environment", "set", production.environment, ...policies])).code).toBe(0);
  const version = ["--version", "v8", "--artifact", "sha256:8"];
  const wanted = [...production.options, ...version, "--confirm", "ship it to production"];
  const preflight = async (...args: string[]) => cli.run(["preflight", ...args], by(ci));

  // Nothing has been done yet.
  const bare = await preflight(...production.options, ...version);
  expect(bare.code).toBe(4);
  expect(marksOf(bare.stdout)).toEqual(["✗ confirmation", "✗ approval", "✗ promotion", "✗ check"]);

  const inStaging = await cli.run(["run", ...staging.options, ...version, "--", "true"], by(ci));
  expect(inStaging.code).toBe(0);
  expect(marksOf((await preflight(...wanted)).stdout)).toEqual([
    ...["✓ confirmation", "✗ approval", "✓ promotion", "✗ check"],
  ]);
  const rebuilt = await preflight(...wanted, "--artifact", "sha256:rebuilt");
  expect(rebuilt.stdout).toContain("sha256:rebuilt");
  expect(marksOf(rebuilt.stdout)).toContain("✗ promotion");

  // Settings that production lacks.
  const [from, to] = [join(directory, "staging.env"), join(directory, "production.env")];
  const parity = ["check", "config-parity", "--from", from, "--to", to, "--component", "api", "--version", "v8"];
  writeFileSync(from, "BILLING=true\nPAYMENT_KEY=sk_test_1\n");
  writeFileSync(to, "PAYMENT_KEY=sk_test_1\n");
  const lacking = await cli.run(parity);
  expect(lacking.code).toBe(4);
  expect(lacking.stdout).toMatch(/BILLING.*missing in production\nPAYMENT_KEY.*test key in production/);
  expect((await preflight(...wanted)).stdout).toContain("✗ check: check config-parity failed");
  writeFileSync(to, "BILLING=true\nPAYMENT_KEY=sk_live_1\n");
  expect((await cli.run(parity)).code).toBe(0);
  expect(marksOf((await preflight(...wanted)).stdout)).toEqual([
    ...["✓ confirmation", "✗ approval", "✓ promotion", "✓ check"],
  ]);

  // A phrase that is nearly right is on record.
  const key = ["--idempotency-key", "v8 to production"];
  const mistyped = await cli.run(
    ["start", ...production.options, ...version, ...key, "--confirm", "Ship it to production"],
    by(ci),
  );
  expect(mistyped).toMatchObject({ code: 4, stdout: "" });
  const rejected = JSON.parse(
    (await cli.run(["list", "deployments", "--environment", production.environment, "--json"])).stdout,
  );
  expect(rejected).toMatchObject([{ status: "rejected", actor: ci.name }]);
  expect(rejected[0].cancellation_note).toContain('"Ship it to production"');

  // Two others approve it.
  const health = join(directory, "healthy");
  const run = cli.launch(
    [
      ...["run", ...wanted, ...key],
      ...["--verify", `test -e ${health}`, "--verify-for", "1m", "--verify-every", "100ms"],
      ...["--", "true"],
    ],
    by(ci),
  );
  const [, id = ""] = await run.printed(/deployment (\d+) \(api@v8\)[\s\S]*2 approvals \(none given\)/);
  expect((await cli.run(["approve", id], by(ci))).code).toBe(4);
  expect((await cli.run(["approve", id], by(ann))).code).toBe(0);
  expect((await cli.run(["explain", id])).stdout).toContain(`2 approvals (1 given by ${ann.name})`);
  expect((await cli.run(["approve", id], by(bob))).code).toBe(0);

  // It holds the cell until it is healthy.
  await run.printed(/verif/i);
  expect((await cli.run(["finish", id], by(ci))).code).toBe(4);
  writeFileSync(health, "");
  expect((await run.end).code).toBe(0);
  expect(await cli.row(Number(id))).toMatchObject({ status: "finished", version: "v8", artifact: "sha256:8" });
  expect(await cli.queue.history.verify()).toEqual([]);
});

/** The gates of a checklist, each with its mark. */
function marksOf(checklist: string): string[] {
  return [...checklist.matchAll(/^ {2}([✓✗] \w+):/gm)].map(([, mark = ""]) => mark);
}
