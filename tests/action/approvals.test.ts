import { beforeAll, expect, test } from "vitest";
import { annotations, startStep, stepInputs } from "../support/action.js";
import { approve } from "../support/approvals.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { useLogins } from "../support/logins.js";

const cli = useCommandLine();
const newLogin = useLogins(cli);
const inputs = stepInputs(cli.url);

beforeAll(async () => {
  await cli.queue.roles.create();
});

test.for(["start", "job"])(
  "a step in mode %s says once what an approver types, and starts with the approval",
  async (mode) => {
    const place = newPlace(await cli.environment());
    await cli.queue.environments.set(place.environment, { approvals: 1 });
    const step = startStep(inputs(mode, place));
    const [, id = ""] = await step.printed(/An approver types: deploy-queue approve (\d+)/);

    await approve(await newLogin("deploy_queue_approver"), Number(id));

    const end = await step.end;
    expect(end).toMatchObject({ code: 0, outputs: { "approve-command": `deploy-queue approve ${id}` } });
    expect(annotations(end, "notice").filter((text) => text.includes("An approver types"))).toEqual([
      expect.stringContaining(
        `deployment ${id} (api@v1) needs 1 approval (none given). An approver types: deploy-queue approve ${id}`,
      ),
    ]);
  },
);
