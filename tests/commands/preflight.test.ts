import { describe, expect, test } from "vitest";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

async function gatedPlace(): Promise<Place> {
  const place = newPlace(await cli.environment());
  await cli.run(["environment", "set", place.environment, "--confirmation", "deploy now"]);
  return place;
}

describe("preflight", () => {
  test("says that it would start, with 0, and leaves nothing", async () => {
    const place = newPlace();
    const before = await cli.counts();
    expect(await cli.run(["preflight", ...place.options])).toMatchObject({
      code: 0,
      stdout: "It would start at once\n",
    });
    expect(await cli.counts()).toEqual(before);
  });

  test("shows a gate that is shut, who opens it and by which command, with 4; start --dry-run does the same", async () => {
    await cli.sql`select deploy_queue.create_roles()`;
    const place = await gatedPlace();
    const before = await cli.counts();
    const shown = [
      "It would be rejected",
      '  ✗ confirmation: it needs the confirmation "deploy now", not "Deploy now"',
      `      deployer: deploy-queue start --environment ${place.environment} --provider aws --region ${place.region} --cell-index 0 --version v7 --component api --confirm 'deploy now'`,
      "",
    ].join("\n");
    const args = [...place.options, "--version", "v7", "--confirm", "Deploy now"];
    expect(await cli.run(["preflight", ...args])).toMatchObject({ code: 4, stdout: shown });
    expect(await cli.run(["start", ...args, "--dry-run"])).toMatchObject({ code: 4, stdout: shown });
    expect(await cli.counts()).toEqual(before);
  });

  test("names a cell from which the version would be promoted, where it is to finish", async () => {
    const source = newPlace(await cli.environment());
    await cli.sql`select deploy_queue.add_cell(${source.environment}, 'aws', ${source.region}, 0)`;
    const place = newPlace(await cli.environment());
    await cli.run(["environment", "set", place.environment, "--promote-from", source.environment]);
    const args = [...place.options, "--component", "db", "--version", "v7"];
    const { stdout } = await cli.run(["preflight", ...args]);
    const command = /deployer: deploy-queue (start .*)/.exec(stdout)?.[1]?.split(" ") ?? [];
    const id = (await cli.run(command)).stdout.trim();
    expect(await cli.queue.deployment(id)).toMatchObject({
      ...{ environment: source.environment, region: source.region, component: "db", version: "v7" },
    });
    await cli.queue.finish(id);
    expect(await cli.run(["preflight", ...args])).toMatchObject({ code: 0 });
  });

  test("shows a gate that is passed, and ends with 6 when only others are ahead", async () => {
    const place = await gatedPlace();
    const id = (await cli.run(["start", ...place.options, "--confirm", "deploy now"])).stdout.trim();
    const args = ["preflight", ...place.options, "--confirm", "deploy now"];
    expect(await cli.run(args)).toMatchObject({
      code: 6,
      stdout: [
        "It would wait at position 1, start unknown",
        '  ✓ confirmation: it was confirmed with "deploy now"',
        `  ✗ running: deployment ${id} (api) is running`,
        "",
      ].join("\n"),
    });
    const { code, stdout } = await cli.run([...args, "--json"]);
    expect(code).toBe(6);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ can_start: false, gates_open: true },
      checklist: [
        { kind: "confirmation", is_open: true, cures: null },
        { kind: "running", is_open: false, deployment_id: Number(id) },
      ],
      forecast: { position: 1, blocker_count: 1 },
    });
    await cli.queue.finish(id);
    expect((await cli.run(args)).code).toBe(0);
  });

  test("refuses what the line would refuse", async () => {
    expect(await cli.run(["preflight", ...newPlace("nowhere").options])).toMatchObject({ code: 3, stdout: "" });
  });
});
