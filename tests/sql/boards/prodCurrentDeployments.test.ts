import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { readProdTwin } from "../../support/prodTwin.js";

const database = useDatabase();

test("shows prod only, in the columns that older queries name, in their order", async () => {
  expect(await readProdTwin(database, "current_deployments")).toEqual({
    everywhere: ["dev", "prod"],
    prod: ["prod"],
    columns:
      "environment cloud_provider region cell_index component deployment_id version current_status url start_timestamp finish_timestamp cancellation_timestamp created_at current_duration avg_duration outlier_duration",
  });
});
