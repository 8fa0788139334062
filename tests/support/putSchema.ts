import { Database } from "../../src/database/database.js";
import { ensureSchema } from "../../src/database/ensureSchema.js";

/** Puts the newest schema into a database, without a word. */
export async function putSchema(url: string): Promise<void> {
  const database = new Database({ url, applicationName: "tests" });
  const silent = (): void => undefined;
  await ensureSchema(database, { url, migrate: true, onProgress: silent, onWarning: silent });
  await database.close();
}
