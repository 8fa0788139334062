import type { FastifyInstance } from "fastify";

/** Tells which methods a path has, of all routes that are added after it. */
export function collectMethods(app: FastifyInstance): (path: string) => string[] {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    const pattern = url.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\/:\w+/g, "/[^/]+");
    if (!pattern.includes("*")) {
      routes.push({ pattern: new RegExp(`^${pattern}/?$`), methods: [method].flat() });
    }
  });
  return (path) => [...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))];
}
