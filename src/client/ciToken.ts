import { DatabaseUnavailableError, InvalidValueError, RefusedError } from "../queue/errors.js";

type Variables = Readonly<Record<string, string | undefined>>;
type Answer = Readonly<Record<string, unknown>>;

/** In milliseconds. */
const timeout = 10_000;
/** A session is not used in its last minute, in milliseconds. */
const margin = 60_000;

const sessions = new Map<string, { readonly token: Promise<string>; goodUntil: number }>();

/**
 * The bearer token of a session that the CI system's own token was exchanged for: the same one until shortly before it ends.
 * @param options.renew another one, after the server has refused the one before
 * @throws InvalidValueError when the job has no token
 * @throws RefusedError when the server does not trust it
 * @throws DatabaseUnavailableError when the CI system or the server does not answer
 */
export async function sessionToken(
  serverUrl: string,
  environment: Variables,
  { renew = false }: { readonly renew?: boolean } = {},
): Promise<string> {
  const server = new URL(serverUrl).href.replace(/\/+$/, "");
  const known = sessions.get(server);
  if (known !== undefined && !renew && known.goodUntil > Date.now()) {
    return known.token;
  }
  const session = exchanged(server, environment);
  const entry = { token: session.then(({ access_token }) => access_token), goodUntil: Number.POSITIVE_INFINITY };
  sessions.set(server, entry);
  try {
    const token = await entry.token;
    entry.goodUntil = Date.now() + (await session).expires_in * 1000 - margin;
    return token;
  } catch (error) {
    sessions.delete(server);
    throw error;
  }
}

async function exchanged(
  server: string,
  environment: Variables,
): Promise<{ access_token: string; expires_in: number }> {
  const subject_token = environment["DEPLOY_QUEUE_ID_TOKEN"] || (await githubToken(server, environment));
  const { ok, status, answer } = await ask(`${server}/v1/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ subject_token }),
  });
  const { access_token, expires_in, detail, hint } = answer;
  if (ok && typeof access_token === "string" && typeof expires_in === "number") {
    return { access_token, expires_in };
  }
  if (status >= 400 && status < 500 && status !== 429 && typeof detail === "string") {
    throw new RefusedError(detail, { hint: typeof hint === "string" ? hint : undefined });
  }
  throw new DatabaseUnavailableError(`${server} exchanges no token: it answered ${status}`);
}

async function githubToken(server: string, environment: Variables): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: address, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret } = environment;
  if (!address || !secret) {
    throw new InvalidValueError("there is no token for the server", {
      hint: "Set DEPLOY_QUEUE_TOKEN. GitHub Actions gives a job a token with permissions: id-token: write; GitLab by id_tokens: DEPLOY_QUEUE_ID_TOKEN.",
    });
  }
  const url = new URL(address);
  url.searchParams.set("audience", server);
  const { ok, status, answer } = await ask(url.href, { headers: { authorization: `bearer ${secret}` } });
  if (ok && typeof answer["value"] === "string") {
    return answer["value"];
  }
  throw new DatabaseUnavailableError(`GitHub gives no token for the job: it answered ${status}`);
}

async function ask(url: string, request: RequestInit): Promise<{ ok: boolean; status: number; answer: Answer }> {
  try {
    const response = await fetch(url, { ...request, redirect: "error", signal: AbortSignal.timeout(timeout) });
    const text = await response.text();
    return { ok: response.ok, status: response.status, answer: fieldsOf(text) };
  } catch (error) {
    throw new DatabaseUnavailableError(`${new URL(url).origin} does not answer`, { cause: error });
  }
}

/** What is no JSON comes from something between. */
function fieldsOf(text: string): Answer {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
