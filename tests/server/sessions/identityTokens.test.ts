import { generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterEach, expect, test } from "vitest";
import { IdentityTokens } from "../../../src/server/sessions/identityTokens.js";
import { useIssuer } from "../../support/issuer.js";
import { audience, githubClaims } from "../../support/trusts.js";

const issuer = useIssuer();
const other = useIssuer();
const seconds = (more: number): number => Math.floor(Date.now() / 1000) + more;
const verify = (token: string, tokens = new IdentityTokens()) =>
  tokens.verify(token, [{ issuer: issuer.url, audience }]);

afterEach(() => {
  issuer.answer({});
});

test("a token of a trusted issuer for the audience is accepted, with its claims", async () => {
  const { issuer: from, claims } = await verify(await issuer.token());
  expect(from).toBe(issuer.url);
  expect(claims).toMatchObject({ repository_id: "74", run_id: "1001", sub: "repo:octo/api:environment:production" });
});

test.for([
  [
    "for another audience",
    { aud: "https://other.example.com" },
    'the token is for "https://other.example.com", which is',
  ],
  ["for no audience", { aud: undefined }, 'the token is for "nobody", which is not the audience that is trusted here'],
  ["that has expired", { exp: seconds(-31) }, "the token has expired"],
  ["without an end", { exp: undefined }, 'the claim "exp" of the token is missing or wrong'],
  ["with an end that is no number", { exp: "soon" }, 'the claim "exp" of the token is missing or wrong'],
  ["without a subject", { sub: undefined }, 'the claim "sub" of the token is missing or wrong'],
  ["that is valid later", { nbf: seconds(40) }, "the token is not valid yet"],
  ["that was issued in the future", { iat: seconds(40) }, "the token is not valid yet"],
  ["that was issued two days ago", { iat: seconds(-172_800) }, "the token was issued more than 24 hours ago"],
  [
    "of an issuer that is not trusted",
    { iss: "https://evil.example.com" },
    'the issuer of the token, "https://evil.example',
  ],
  ["of an issuer with one more slash", { iss: "https://evil.example.com/\n##[x" }, 'com/ ## [x", is not trusted here'],
] as const)("a token %s is refused in one line", async ([, claims, message]) => {
  const verified = verify(await issuer.token({ claims }));
  await expect(verified).rejects.toMatchObject({
    name: "RefusedTokenError",
    message: expect.stringContaining(message),
  });
  await expect(verified).rejects.toMatchObject({ message: expect.not.stringContaining("\n") });
});

test.for([
  ["that was issued half a minute ahead of this clock", () => ({ iat: seconds(25), nbf: seconds(25) })],
  ["that ended less than half a minute ago", () => ({ exp: seconds(-10) })],
] as const)("a token %s is accepted", async ([, claims]) => {
  await expect(verify(await issuer.token({ claims: claims() }))).resolves.toBeDefined();
});

test("a token that nobody has signed is refused", async () => {
  const unsecured = new UnsecuredJWT({ ...githubClaims(), iss: issuer.url })
    .setIssuedAt()
    .setExpirationTime("5m")
    .encode();
  await expect(verify(unsecured)).rejects.toMatchObject({
    message: "the token is signed by an algorithm that is not accepted",
  });
});

test("a token that is signed with the public key as a shared secret is refused", async () => {
  const secret = new TextEncoder().encode(JSON.stringify(issuer.key.jwk));
  await expect(verify(await issuer.token({ alg: "HS256", key: secret }))).rejects.toMatchObject({
    message: "the token is signed by an algorithm that is not accepted",
  });
});

test("a token that another key has signed under the name of the issuer's is refused", async () => {
  const { privateKey } = await generateKeyPair("RS256");
  await expect(verify(await issuer.token({ key: privateKey }))).rejects.toMatchObject({
    message: "the signature of the token is wrong",
  });
  const ofOther = await other.token({ claims: { iss: issuer.url }, kid: "theirs" });
  await expect(verify(ofOther)).rejects.toMatchObject({
    message: "the token is signed by a key that is not among those of its issuer",
  });
});

test("a token that was changed after it was signed is refused", async () => {
  const [header, , signature] = (await issuer.token()).split(".");
  const changed = Buffer.from(JSON.stringify({ ...githubClaims({ repository_id: "1" }), iss: issuer.url }));
  await expect(verify([header, changed.toString("base64url"), signature].join("."))).rejects.toMatchObject({
    message: "the signature of the token is wrong",
  });
});

test("a token that brings its own key is refused", async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await crypto.subtle.exportKey("jwk", publicKey);
  const token = await new SignJWT({ ...githubClaims(), iss: issuer.url })
    .setProtectedHeader({ alg: "ES256", jwk: { ...jwk, kty: "EC" }, jku: `${other.url}/keys`, kid: "own" })
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(privateKey);
  await expect(verify(token)).rejects.toMatchObject({
    message: "the token is signed by a key that is not among those of its issuer",
  });
});

test.for([
  ["a word", "token"],
  ["three words", "a.b.c"],
  ["an encrypted one", "a.b.c.d.e"],
  ["a list", `${btoa('{"alg":"RS256"}')}.${btoa("[1]")}.x`],
] as const)("%s is no token", async ([, text]) => {
  await expect(verify(text)).rejects.toMatchObject({ message: "this is no token of an OIDC issuer" });
});

test("a huge token is refused before it is read", async () => {
  const token = await issuer.token({ claims: { padding: "x".repeat(20_000) } });
  await expect(verify(token)).rejects.toMatchObject({ message: "the token has more than 16384 characters" });
});

test("a new key of the issuer is fetched when a token names it, and not again before the pause is over", async () => {
  const [patient, eager] = [new IdentityTokens(), new IdentityTokens({ cooldown: 0 })];
  await verify(await issuer.token(), patient);
  await verify(await issuer.token(), eager);
  await verify(await issuer.token(), eager);
  const before = issuer.fetches;
  const ofBefore = await issuer.token();

  await issuer.rotate("ES256");
  const rotated = await issuer.token();
  await expect(verify(rotated, patient)).rejects.toMatchObject({ message: expect.stringContaining("not among those") });
  expect(issuer.fetches).toBe(before);
  await verify(rotated, eager);
  expect(issuer.fetches).toBe(before + 1);
  await verify(await issuer.token(), eager);
  expect(issuer.fetches).toBe(before + 1);
  await expect(verify(ofBefore, eager)).rejects.toMatchObject({ message: expect.stringContaining("not among those") });
  await expect(verify(ofBefore, patient)).resolves.toBeDefined();
});

test("many tokens at once fetch the keys once", async () => {
  const tokens = new IdentityTokens();
  const before = issuer.fetches;
  const token = await issuer.token();
  await Promise.all(Array.from({ length: 20 }, () => verify(token, tokens)));
  expect(issuer.fetches).toBe(before + 1);
});

test.for([
  ["does not answer well", { isDown: true }],
  ["describes another issuer", { discovery: { issuer: "https://evil.example.com" } }],
  ["names no keys", { discovery: { jwks_uri: undefined } }],
  ["names keys in a file", { discovery: { jwks_uri: "file:///etc/passwd" } }],
] as const)("an issuer that %s is an outage, and is asked again", async ([, how]) => {
  const tokens = new IdentityTokens();
  issuer.answer(how);
  await expect(verify(await issuer.token(), tokens)).rejects.toMatchObject({
    name: "IssuerUnavailableError",
    message: expect.stringMatching(/^the keys of http:\S+ cannot be fetched: \S/),
  });
  issuer.answer({});
  await expect(verify(await issuer.token(), tokens)).resolves.toBeDefined();
});
