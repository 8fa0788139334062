import { describe, expect, test } from "vitest";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();
const phrase = "into-production";

async function demanded(place: Place): Promise<void> {
  await cli.queue.environments.set(place.environment, { confirmation: phrase });
}

async function newDemandedPlace(): Promise<Place> {
  const place = newPlace(await cli.environment());
  await demanded(place);
  return place;
}

describe("a phrase that the environment demands", () => {
  test.each([
    ["start", []],
    ["run", ["--", "true"]],
    ["stage", []],
    ["reserve", ["--for", "1h"]],
  ])("is brought to %s with --confirm, or the deployment is rejected on record, with 4", async (command, more) => {
    const place = await newDemandedPlace();
    const options = [...place.options, "--idempotency-key", `key of ${place.region}`];
    const rejected = await cli.run([command, ...options, "--confirm", "to-production", ...more]);
    expect(rejected).toMatchObject({ code: 4, stdout: "" });
    expect(rejected.stderr).toContain(
      `api in ${place.environment}-aws-${place.region}-cell-0 was rejected: the confirmation is "${phrase}", not "to-production". Bring it with --confirm`,
    );
    expect((await cli.run([command, ...options, ...more])).stderr).toContain(`the confirmation "${phrase}" is missing`);
    const listed = await cli.run(["list", "deployments", "--environment", place.environment, "--json"]);
    expect(JSON.parse(listed.stdout)).toMatchObject([{ status: "rejected" }, { status: "rejected" }]);

    expect((await cli.run([command, ...options, "--confirm", phrase, ...more])).code).toBe(0);
  });

  test("is asked for by release where the deployment has not brought it, which stays on hold without it", async () => {
    const place = newPlace(await cli.environment());
    const id = (await cli.run(["stage", ...place.options])).stdout.trim();
    await demanded(place);
    for (const more of [[], ["--confirm", "to-production"]]) {
      const refused = await cli.run(["release", id, "--yes", ...more]);
      expect(refused).toMatchObject({ code: 4, stdout: "" });
      expect(refused.stderr).toContain(`deployment ${id} (api) stays as it is: it needs the confirmation "${phrase}"`);
    }
    expect(await cli.row(Number(id))).toMatchObject({ status: "held" });
    expect(await cli.run(["release", id, "--yes", "--confirm", phrase])).toMatchObject({ code: 0, stdout: `${id}\n` });
  });

  test("is brought with the redemption of a reservation that has not brought it", async () => {
    const place = newPlace(await cli.environment());
    const id = (await cli.run(["reserve", ...place.options, "--for", "1h"])).stdout.trim();
    await demanded(place);
    expect((await cli.run(["start", "--reservation", id])).code).toBe(4);
    expect(await cli.run(["start", "--reservation", id, "--confirm", phrase])).toMatchObject({ code: 0 });
  });
});

describe("confirm", () => {
  test("lets a waiting deployment start that explain has sent there; a wrong phrase ends with 4", async () => {
    const place = newPlace(await cli.environment());
    const holder = await cli.running(place);
    const waiter = cli.begin(["start", ...place.options]);
    await waiter.printed(/holder/);
    const [waiting] = await cli.queue.line.queued(place.environment);
    const id = String(waiting?.deployment_id);
    await demanded(place);
    await cli.queue.finish(holder);

    expect((await cli.run(["explain", id])).stdout).toContain(`deploy-queue confirm ${id} ${phrase}`);
    expect(await cli.run(["confirm", id, "no"])).toMatchObject({ code: 4 });
    const confirmed = await cli.run(["confirm", id, phrase]);
    expect(confirmed.code).toBe(0);
    expect(confirmed.stderr).toContain(`deployment ${id} (api) is confirmed`);
    expect((await waiter.end).code).toBe(0);
    expect((await cli.run(["history", id])).stdout).toContain("unconfirmed");
  });
});
