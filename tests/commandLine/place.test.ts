import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newPlace, useCommandLine, useDirectory } from "../support/commandLine.js";

const cli = useCommandLine();
const directory = useDirectory();

/** The name of a cell that has had a deployment. */
async function knownCell(): Promise<string> {
  const { region } = await cli.enqueue(newPlace());
  return `dev-aws-${region}-cell-0`;
}

async function cellOf(id: string): Promise<string> {
  const { environment, cloud_provider, region, cell_index } = await cli.row(Number(id));
  return `${environment}-${cloud_provider}-${region}-cell-${cell_index}`;
}

function stage(...options: string[]): string[] {
  return ["stage", "--version", String(Math.random()), ...options];
}

describe("--cell", () => {
  test("is the place of start, stage, freeze, cancel location, release and purge", async () => {
    const name = await knownCell();

    const { stdout: id } = await cli.run(stage("--cell", name, "--component", "api"));
    expect(await cellOf(id)).toBe(name);

    expect((await cli.run(["purge", "--cell", name, "--yes"])).code).toBe(0);
    expect((await cli.row(Number(id))).status).toBe("cancelled");

    expect((await cli.run(["freeze", "--cell", name, "--reason", "sale"])).stderr).toContain(`in ${name} until`);

    const { stdout } = await cli.run(["cancel", "location", "--cell", name, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject([{ region: /^dev-aws-(.*)-cell-0$/.exec(name)?.[1] }]);
  });

  test("that nothing was deployed to is exit code 3, and names the cells most like it", async () => {
    const name = await knownCell();

    const { code, stderr } = await cli.run(stage("--cell", name.replace("aws", "asw"), "--component", "api"));

    expect(code).toBe(3);
    expect(stderr).toContain(`no cell has the name ${name.replace("aws", "asw")}. Most like it: ${name}`);
    expect(stderr).toContain("A new cell needs --environment, --provider, --region and --cell-index");
  });

  test("that fits two cells is refused, and names both", async () => {
    const location = { environment: "dev", cellIndex: 0, component: "api" };
    await cli.queue.enqueue({ ...location, cloudProvider: "a-b", region: "c" });
    await cli.queue.enqueue({ ...location, cloudProvider: "a", region: "b-c" });

    const { code, stderr } = await cli.run(stage("--cell", "dev-a-b-c-cell-0", "--component", "api"));

    expect(code).toBe(2);
    expect(stderr).toContain("--environment dev --provider a-b --region c --cell-index 0, and");
    expect(stderr).toContain("--environment dev --provider a --region b-c --cell-index 0");
  });

  test("does not go together with a part of a place", async () => {
    const { code, stderr } = await cli.run(stage("--cell", "dev-aws-x-cell-0", "--region", "x", "--component", "api"));

    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "deploy-queue: --cell and --region do not go together. The name of a cell says all of its place\n",
    });
  });
});

describe("defaults", () => {
  const parts = { DEPLOY_QUEUE_ENVIRONMENT: "dev", DEPLOY_QUEUE_PROVIDER: "aws", DEPLOY_QUEUE_COMPONENT: "api" };

  test("come from variables, and options go before them", async () => {
    const variables = { ...parts, DEPLOY_QUEUE_REGION: "from-variables", DEPLOY_QUEUE_CELL_INDEX: "3" };

    const { stdout: id } = await cli.run(stage(), variables);
    expect(await cellOf(id)).toBe("dev-aws-from-variables-cell-3");
    expect((await cli.row(Number(id))).component).toBe("api");

    const { stdout: other } = await cli.run(stage("-i", "4", "-c", "dns"), variables);
    expect(await cellOf(other)).toBe("dev-aws-from-variables-cell-4");
    expect((await cli.row(Number(other))).component).toBe("dns");
  });

  test("never mix two places: after --region, the index of a variable does not count", async () => {
    const variables = { ...parts, DEPLOY_QUEUE_REGION: "from-variables", DEPLOY_QUEUE_CELL_INDEX: "3" };

    const { code, stderr } = await cli.run(stage("-r", "other"), variables);
    expect(code).toBe(2);
    expect(stderr).toContain("--cell-index is missing");
    expect(stderr).toContain("a broader part of the place is given before it: DEPLOY_QUEUE_CELL_INDEX");

    const { stdout: id } = await cli.run(stage("-r", "other", "-i", "0"), variables);
    expect(await cellOf(id)).toBe("dev-aws-other-cell-0");
  });

  test("of a place do not count beside --cell, nor a name of a cell beside a part", async () => {
    const name = await knownCell();
    const region = { ...parts, DEPLOY_QUEUE_REGION: "from-variables" };

    const { stdout: id } = await cli.run(stage("--cell", name), region);
    expect(await cellOf(id)).toBe(name);

    const { code, stderr } = await cli.run(stage("-r", "other", "-c", "api"), { DEPLOY_QUEUE_CELL: name });
    expect(code).toBe(2);
    expect(stderr).toContain("--environment, --provider, --cell-index are missing");
    expect(stderr).toContain("DEPLOY_QUEUE_CELL");

    expect((await cli.run(stage(), { ...region, DEPLOY_QUEUE_CELL: name })).stderr).toContain(
      "DEPLOY_QUEUE_CELL and DEPLOY_QUEUE_ENVIRONMENT, DEPLOY_QUEUE_PROVIDER, DEPLOY_QUEUE_REGION do not go together",
    );
  });

  test("narrow nothing that a command lists or stops", async () => {
    const place = newPlace();
    const { id } = await cli.enqueue(place);

    const elsewhere = { DEPLOY_QUEUE_CELL: await knownCell() };
    expect((await cli.run(["list", "queue"], elsewhere)).stdout).toContain(place.region);
    const { code, stderr } = await cli.run(["cancel", "location"], { DEPLOY_QUEUE_ENVIRONMENT: "dev" });
    expect(code).toBe(2);
    expect(stderr).toContain("--environment, --provider, --region are missing");
    expect((await cli.row(id)).status).toBe("queued");
  });

  test("an empty option is an error, and no default stands in for it", async () => {
    const variables = { ...parts, DEPLOY_QUEUE_REGION: "from-variables", DEPLOY_QUEUE_CELL_INDEX: "3" };

    for (const option of ["--region=", "--component=", "--cell= "]) {
      expect(await cli.run(stage(option), variables)).toMatchObject({
        code: 2,
        stderr: `deploy-queue: ${option.replace(/= ?/, "")} is empty\n`,
      });
    }
  });

  test("come from the file that DEPLOY_QUEUE_CONFIG names, after the variables; config says from where", async () => {
    const path = join(directory, "named.toml");
    writeFileSync(
      path,
      'environment = "prod"\nprovider = "aws"\nregion = "from-file"\ncell-index = 7\ncomponent = "web"\n',
    );
    const variables = { DEPLOY_QUEUE_CONFIG: path, DEPLOY_QUEUE_COMPONENT: "api" };

    const { stdout: id } = await cli.run(stage(), variables);
    expect(await cellOf(id)).toBe("prod-aws-from-file-cell-7");
    expect((await cli.row(Number(id))).component).toBe("api");

    const { stdout } = await cli.run(["config"], { ...variables, DEPLOY_QUEUE_REGION: "elsewhere" });
    expect(stdout.replaceAll(/ +/g, " ").split("\n")).toEqual([
      "default value from",
      "region elsewhere DEPLOY_QUEUE_REGION",
      "component api DEPLOY_QUEUE_COMPONENT",
      `environment prod ${path}`,
      `provider aws ${path}`,
      `region from-file ${path} (not used)`,
      `cell-index 7 ${path} (not used)`,
      `component web ${path} (not used)`,
      "",
    ]);
    const { stdout: json } = await cli.run(["config", "--json"], variables);
    expect(JSON.parse(json)[0]).toEqual({
      setting: "component",
      value: "api",
      source: "DEPLOY_QUEUE_COMPONENT",
      used: true,
    });
  });

  test.each([
    ["another key", 'token = "x"', "must not have token. It can have cell, environment, provider, region, cell-index"],
    ["a URL", '[database]\nurl = "x"', "must not have database"],
    ["a list", 'region = ["x"]', "region must be a text or a number"],
    [
      "an index that is none",
      'cell-index = "one"',
      'cell-index must be a whole number from 0 to 2147483647, not "one"',
    ],
    ["what is not TOML", "region: x", "line 1: Invalid TOML document"],
    ["a cell and a part", 'cell = "x"\nregion = "y"', "names a cell and also parts of a place"],
  ])("a file with %s is refused with 2", async (_, text, message) => {
    const path = join(directory, "refused.toml");
    writeFileSync(path, text);

    const { code, stderr } = await cli.run(["config"], { DEPLOY_QUEUE_CONFIG: path });

    expect(code).toBe(2);
    expect(stderr).toMatch(/^deploy-queue: [^\n]*\n$/);
    expect(stderr).toContain(path);
    expect(stderr).toContain(message);
  });
});
