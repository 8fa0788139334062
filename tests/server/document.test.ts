import { Value } from "typebox/value";
import { expect, test } from "vitest";
import { operations } from "../../src/server/operations/all.js";
import { useCommandLine } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";

const server = useHttpServer(useCommandLine());

interface Described {
  readonly operationId?: string;
  readonly summary?: string;
  readonly responses: Record<string, unknown>;
}

async function described(): Promise<[string, Described][]> {
  const { body } = await server.send(undefined, "GET", "/openapi.json");
  expect(body["openapi"]).toBe("3.1.0");
  const paths: Record<string, Record<string, Described>> = Object(body["paths"]);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Described] => [`${method} ${path}`, operation]),
  );
}

test("every route has a name of its own, a summary, and the problems that it may answer with", async () => {
  const routes = await described();
  const names = routes.map(([, { operationId }]) => operationId);

  expect(new Set(names).size).toBe(names.length);
  for (const [route, { operationId, summary, responses }] of routes) {
    expect(operationId, route).toBeTypeOf("string");
    expect(summary, route).toBeTypeOf("string");
    if (route.includes("/v1/")) {
      expect(Object.keys(responses), route).toEqual(
        expect.arrayContaining(["400", "401", "403", "404", "409", "429", "503"]),
      );
    }
  }
});

test.each(operations.filter(({ example }) => example !== undefined))("the example of $calls is valid", (operation) => {
  expect(operation.body && Value.Check(operation.body, operation.example)).toBe(true);
});

test("the page for people loads nothing from elsewhere, and its policy lets it load all that it has", async () => {
  const page = await fetch(`${server.base}/docs/`);
  const html = await page.text();
  const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => new URL(url ?? "", page.url));

  expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(html).not.toMatch(/<script>|\son\w+=/);
  expect(loaded.length).toBeGreaterThan(3);
  for (const url of [...loaded, new URL("json", page.url)]) {
    expect(url.origin).toBe(server.base);
    expect((await fetch(url)).status, url.pathname).toBe(200);
  }
  const started = await (await fetch(new URL("static/swagger-initializer.js", page.url))).text();
  expect(started).toContain("validatorUrl: null");
});
