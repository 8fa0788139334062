import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { readProdTwin } from "../../support/prodTwin.js";

const database = useDatabase();

test("shows prod only, in the columns that older queries name, in their order", async () => {
  expect(await readProdTwin(database, "latest_deployments")).toEqual({
    everywhere: ["dev", "prod"],
    prod: ["prod"],
    columns: "environment cloud_provider region cell_index component version component_status job_url created_at",
  });
});
