import { describe, expect, test } from "vitest";
import { runStep, type StepEnd } from "../support/action.js";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();
const database = { "database-url": cli.url };

function inputs(mode: string, { environment, region }: Place): Record<string, string> {
  return {
    ...database,
    ...{ mode, environment, region, "cloud-provider": "aws", "cell-index": "0", component: "api", version: "v1" },
  };
}

function annotations({ log }: StepEnd, kind: "error" | "notice" | "warning"): string[] {
  return log.split("\n").flatMap((line) => (line.startsWith(`::${kind}::`) ? line.slice(kind.length + 4) : []));
}

describe("mode start", () => {
  test("starts in a free cell, and tells its id, the page and the summary", async () => {
    const place = newPlace();

    const step = await runStep({ ...inputs("start", place), note: "a <b>note</b>" });

    expect(step.code).toBe(0);
    const id = Number(step.outputs["deployment-id"]);
    expect(await cli.row(id)).toMatchObject({
      status: "running",
      version: "v1",
      url: "https://github.com/org/repo/actions/runs/1001/job/5001",
      heartbeat_timestamp: null,
    });
    expect(annotations(step, "notice")).toEqual([
      expect.stringMatching(
        `^deployment ${id} \\(api@v1\\) started in dev-aws-${place.region}-cell-0 after waiting for`,
      ),
    ]);
    expect(step.summary).toContain(`<a href="https://github.com/org/repo/actions/runs/1001/job/5001">${id}</a>`);
    expect(step.summary).toContain("a &lt;b&gt;note&lt;/b&gt;");
  });
});
