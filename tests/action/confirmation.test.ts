import { expect, test } from "vitest";
import { annotations, runStep, stepInputs } from "../support/action.js";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();
const inputs = stepInputs(cli.url);

async function newDemandedPlace(): Promise<Place> {
  const place = newPlace(await cli.environment());
  await cli.queue.environments.set(place.environment, { confirmation: "into-production" });
  return place;
}

test.each([
  ["start", {}],
  ["job", {}],
  ["reserve", { "reserve-for": "1h" }],
])(
  "a step in mode %s without the right phrase fails with an annotation, and its next try enters",
  async (mode, more) => {
    const place = await newDemandedPlace();
    const rejected = await runStep(inputs(mode, place, { ...more, confirm: "to-production" }));
    expect(rejected.code).toBe(1);
    expect(annotations(rejected, "error").at(-1)).toMatch(
      /was rejected: the confirmation is "into-production", not "to-production"\. Bring it with --confirm, the input confirm/,
    );
    expect(rejected.outputs["deployment-id"]).toBeUndefined();
    expect(await runStep({}, { state: rejected.state, jobStatus: "failure" })).toMatchObject({ code: 0 });
    const entered = await runStep(inputs(mode, place, { ...more, confirm: "into-production" }));
    expect(entered.code).toBe(0);
    await cli.queue.cancel(Number(entered.outputs["deployment-id"]));
  },
);
