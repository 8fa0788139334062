import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const { queue, enqueue } = useDatabase();

test("is what waits, is on hold or runs, of a component, a version or a place, and nothing that has ended", async () => {
  const place = { environment: "prod", region: "live", cellIndex: 1 };
  const running = await enqueue({ ...place, component: "web", version: "v1" });
  await queue.tryStart(running.id);
  const held = await enqueue({ ...place, component: "web", version: "v2", hold: "outside" });
  const elsewhere = await enqueue({ environment: "dev", component: "web", version: "v1" });
  await queue.cancel((await enqueue({ ...place, component: "web", version: "v1" })).id);

  const ids = async (filter: Parameters<typeof queue.line.live>[0]) =>
    (await queue.line.live(filter)).map(({ id }) => id);
  expect(await ids({ component: "web" })).toEqual([running.id, held.id, elsewhere.id]);
  expect(await ids({ component: "web", version: "v1" })).toEqual([running.id, elsewhere.id]);
  expect(await ids({ environment: " prod ", region: "live" })).toEqual([running.id, held.id]);
  expect(await ids({ environment: "prod", cloudProvider: "aws", region: "live", cellIndex: 1 })).toHaveLength(2);
});

test("a place without any cell is QD043, an environment that does not exist QD002", async () => {
  await expect(queue.line.live({ environment: "dev", region: "nowhere" })).rejects.toMatchObject({
    exitCode: 3,
    message: "dev-nowhere has no cell",
  });
  await expect(queue.line.live({ environment: "nowhere" })).rejects.toMatchObject({ exitCode: 3 });
});
