import formatJson from "json-stringify-pretty-compact";
import { createServer } from "../src/server/createServer.js";

const silent = (): void => undefined;

/** docs/openapi.json, as a server describes itself. @param url of a database with the schema */
export async function openApiDocument(url: string): Promise<string> {
  const log = { trace: silent, debug: silent, info: silent, warn: silent, error: silent, tellsInfo: false };
  const server = await createServer({ url, log });
  await server.ready();
  const text = `${formatJson(server.swagger(), { maxLength: 200 })}\n`;
  await server.close();
  return text;
}
