import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const { queue } = useDatabase();

const target = {
  ...{
    target: "my-app",
    environment: "dev",
    cloud_provider: "vps",
    region: "home",
    cell_index: 0,
    component: "my-app",
  },
  ...{ directories: ["/var/www/my-app"], refs: [] },
};

test("an agent takes what was submitted for its target, and another one does not get it", async () => {
  await queue.work.register("one", [target]);
  await queue.work.register("two", [target]);
  const { deployment, waitingOn } = await queue.work.submit({
    directory: "/var/www/my-app/",
    commands: ["yarn build"],
  });
  expect(waitingOn).toEqual([]);
  expect(await queue.work.keep("one")).toBeGreaterThan(0);
  const { work } = await queue.work.take("one", "k1", { stopGrace: 5_000 });
  expect(work).toMatchObject({
    target: "my-app",
    directory: "/var/www/my-app",
    commands: ["yarn build"],
    deployment: { id: deployment.id, keeper: "k1" },
  });
  expect(await queue.work.take("two", "k2")).toEqual({});
  expect((await queue.work.take("one", "k1")).work?.deployment.id).toBe(deployment.id);
  await queue.finish(deployment.id, { keeper: "k1" });
});
