import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createServer } from "../../../src/server/createServer.js";
import { newPlace, useCommandLine } from "../../support/commandLine.js";
import { clientId, useSignInIssuer } from "../../support/signInIssuer.js";

const cli = useCommandLine();
const issuer = useSignInIssuer("client-secret");
const publicUrl = "https://queue.example.com";
const ada = { email: "ada@example.com", groups: ["staff", "on-call"] };
const { environment } = newPlace();
let app: FastifyInstance;

beforeAll(async () => {
  const silent = (): void => undefined;
  const log = { trace: silent, debug: silent, info: silent, warn: silent, error: silent, tellsInfo: false };
  const signIn = { issuer: issuer.url, clientId, clientSecret: "client-secret", publicUrl };
  app = await createServer({ url: cli.url, log, connections: 1, basePath: "/queue", signIn });
  await cli.run(["roles", "create"]);
  const who = ["--issuer", issuer.url, "--audience", clientId, "--claim", "groups=on-call"];
  await cli.run(["trust", "add", "people", "--name", "on call", ...who, "--role", "operator"]);
});
afterAll(() => app.close());

type Cookies = Readonly<Record<string, string>>;

/** What a browser has after an answer. */
function cookiesOf({ cookies }: { readonly cookies: { readonly name: string; readonly value: string }[] }): Cookies {
  return Object.fromEntries(cookies.map(({ name, value }) => [name, value]));
}

async function begin(path = "/docs"): Promise<{ address: string; cookies: Cookies }> {
  const answer = await app.inject({ url: "/queue/sign-in", query: { path } });
  expect(answer.statusCode).toBe(302);
  return { address: String(answer.headers.location), cookies: cookiesOf(answer) };
}

async function comeBack(address: string, cookies: Cookies) {
  const { pathname, search } = new URL(address);
  return app.inject({ url: `${pathname}${search}`, cookies: { ...cookies } });
}

async function signIn(claims: object = ada): Promise<Cookies> {
  const { address, cookies } = await begin();
  return cookiesOf(await comeBack(issuer.agree(address, claims), cookies));
}

const sameOrigin = { "sec-fetch-site": "same-origin" };
const freeze = { environment, reason: "incident" };

test("a person signs in by a cookie that no script reads, and acts by a verified name", async () => {
  const { address, cookies } = await begin("/docs?deepLinking=true");
  expect(Object.fromEntries(new URL(address).searchParams)).toMatchObject({
    ...{ client_id: clientId, response_type: "code", code_challenge_method: "S256", scope: "openid email profile" },
    redirect_uri: `${publicUrl}/queue/sign-in/callback`,
  });
  const answer = await comeBack(issuer.agree(address, ada), cookies);
  expect(answer.headers.location).toBe(`${publicUrl}/queue/docs?deepLinking=true`);
  expect(answer.cookies.find(({ name }) => name === "__Host-dq_session!queue")).toMatchObject({
    ...{ path: "/", httpOnly: true, secure: true, sameSite: "Lax", maxAge: 3600 },
    value: expect.stringMatching(/^dqs_/),
  });

  const frozen = await app.inject({
    ...{ method: "POST", url: "/queue/v1/freezes", payload: freeze, cookies: cookiesOf(answer) },
    headers: { ...sameOrigin, "x-actor": "bob" },
  });
  expect(frozen.json()).toMatchObject({ reason: "incident", owner: "ada@example.com" });
});

test.for([
  ["another site", "POST", { "sec-fetch-site": "cross-site", origin: "https://evil.example.com" }, 401],
  ["a sibling host", "POST", { "sec-fetch-site": "same-site" }, 401],
  ["a link on another site", "GET", { "sec-fetch-site": "cross-site" }, 401],
  ["an old browser on another site", "POST", { origin: "https://evil.example.com" }, 401],
  ["no browser", "POST", {}, 401],
  ["an old browser on its own page", "POST", { origin: publicUrl }, 201],
  ["the person's own page", "POST", sameOrigin, 201],
  ["the person", "GET", { "sec-fetch-site": "none" }, 200],
] as const)("the cookie with a request of %s by %s is %j: %i", async ([, method, headers, status]) => {
  const cookies = { ...(await signIn()) };
  const request =
    method === "GET"
      ? ({ method, url: "/queue/v1/queue" } as const)
      : ({ method, url: "/queue/v1/freezes", payload: freeze } as const);
  expect((await app.inject({ ...request, headers, cookies })).statusCode).toBe(status);
});

test("a person of other groups gets no session", async () => {
  const { address, cookies } = await begin();
  const answer = await comeBack(issuer.agree(address, { ...ada, groups: ["staff"] }), cookies);
  expect(answer.statusCode).toBe(403);
  expect(answer.json()).toMatchObject({ code: "QD083", detail: "no trust lets in the token of u-1" });
  expect(cookiesOf(answer)).not.toHaveProperty("__Host-dq_session!queue");
});

test("an answer of the issuer counts once, in the browser that began, for the state, the nonce and the client that it had", async () => {
  const [mine, other] = [await begin(), await begin()];
  const back = issuer.agree(mine.address, ada);
  expect((await comeBack(back, {})).json()).toMatchObject({
    ...{ status: 401, detail: "no sign-in has begun in this browser, or it took more than ten minutes" },
  });
  const refused = { status: 401, detail: "the issuer has not let this person sign in" };
  expect((await comeBack(back, other.cookies)).json()).toMatchObject(refused);
  expect((await comeBack(back, mine.cookies)).statusCode).toBe(302);
  expect((await comeBack(back, mine.cookies)).json()).toMatchObject(refused);
  for (const claims of [
    { ...ada, nonce: "replayed" },
    { ...ada, aud: "another-client" },
  ]) {
    const { address, cookies } = await begin();
    expect((await comeBack(issuer.agree(address, claims), cookies)).json()).toMatchObject(refused);
  }
});

test.for([
  "//evil.example.com",
  "/\\evil.example.com",
  "https://evil.example.com",
  "..//evil.example.com",
  "../../x",
  "\t//evil",
])("after the sign-in for %j the browser stays at this server", async (path) => {
  const { address, cookies } = await begin(path);
  const answer = await comeBack(issuer.agree(address, ada), cookies);
  expect(String(answer.headers.location)).toMatch(/^https:\/\/queue\.example\.com\/queue\//);
});

test.for([
  [["--sign-in-issuer", "http://accounts.example.com"], "--sign-in-issuer must be a URL that begins with https:"],
  [["--public-url", "queue.example.com"], "--public-url must be a URL that begins with https:"],
  [["--sign-in-issuer", "https://accounts.example.com"], "--public-url are given together"],
] as const)("serve with %j is refused", async ([options, message]) => {
  const { code, stderr } = await cli.run(["serve", ...options]);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test("who signs out has no session any more", async () => {
  const cookies = { ...(await signIn()) };
  const answer = await app.inject({ method: "POST", url: "/queue/sign-out", cookies, headers: sameOrigin });
  expect(answer.statusCode).toBe(204);
  const after = await app.inject({ url: "/queue/v1/queue", cookies, headers: sameOrigin });
  expect(after.json()).toMatchObject({ status: 401, code: "QD070" });
});
