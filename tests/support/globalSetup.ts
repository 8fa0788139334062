import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { createDatabase } from "./createDatabase.js";
import { putSchema } from "./putSchema.js";
import { startTestServer } from "./server.js";
import { shiftableClock } from "./shiftableClock.js";
import { coverageDirectory, instrument, report } from "./sqlCoverage.js";

declare module "vitest" {
  export interface ProvidedContext {
    serverUrl: string;
    templateName: string;
    /** Of the embedded server, if it is one. */
    serverDirectory: string | undefined;
  }
}

/** Starts one server for all tests and prepares the database that each test file gets a copy of. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer(putSchema);
  const templateName = `deploy_queue_template_${process.pid}`;
  const root = postgres(server.url, { max: 1, onnotice: () => undefined });
  await createDatabase(root, templateName, server.directory === undefined ? undefined : "deploy_queue");

  const url = new URL(server.url);
  url.pathname = `/${templateName}`;
  await putSchema(url.href);

  const template = postgres(url.href, { max: 1, onnotice: () => undefined });
  await template.unsafe(shiftableClock);
  if (coverageDirectory !== undefined) {
    await instrument(template);
  }
  const [version] = await template<{ server_version: string }[]>`show server_version`;
  await template.end();
  process.stdout.write(`PostgreSQL ${version?.server_version}: ${server.description}\n`);

  project.provide("serverUrl", server.url);
  project.provide("templateName", templateName);
  project.provide("serverDirectory", server.directory);
  return async () => {
    if (coverageDirectory !== undefined) {
      process.stdout.write(`${report()}\n`);
    }
    await root.unsafe(`drop database if exists ${templateName} with (force)`);
    await root.end();
    await server.stop();
  };
}
