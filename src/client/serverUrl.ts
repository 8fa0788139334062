import { databaseUrlVariable, serverUrlVariable, withheldUrl } from "../database/connectionSettings.js";
import { InvalidValueError } from "../database/errors.js";

export const tokenVariable = "DEPLOY_QUEUE_TOKEN";
const cleartextVariable = "DEPLOY_QUEUE_ALLOW_HTTP";

type Variables = Readonly<Record<string, string | undefined>>;

/** A server of the queue, and what lets the caller in. */
export interface ServerAddress {
  readonly url: string;
  /** undefined: a session of ours for the token of the CI system. */
  readonly token: string | undefined;
}

export function isServerUrl(text: string): boolean {
  return /^https?:/i.test(text);
}

/**
 * The server that the environment names, if it does.
 * @throws InvalidValueError
 */
export function serverOf(environment: Variables): ServerAddress | undefined {
  const url = environment[serverUrlVariable]?.trim();
  if (!url) {
    return undefined;
  }
  const databaseUrl = environment[databaseUrlVariable]?.trim();
  if (databaseUrl && databaseUrl !== withheldUrl) {
    throw new InvalidValueError(`${serverUrlVariable} and ${databaseUrlVariable} are both set`, {
      hint: "Unset one of them: they may lead to different queues.",
    });
  }
  return checkServer({ url, token: environment[tokenVariable]?.trim() }, serverUrlVariable, environment);
}

/**
 * @param name where the URL comes from
 * @throws InvalidValueError, without a part of the URL or the token
 */
export function checkServer(
  { url, token }: { readonly url: string; readonly token: string | undefined },
  name: string,
  environment: Variables = process.env,
): ServerAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !isServerUrl(url)) {
    throw new InvalidValueError(`${name} is not the URL of a server`, {
      hint: "It looks like https://queue.example.com.",
    });
  }
  if (parsed.username !== "" || parsed.password !== "" || parsed.search !== "" || parsed.hash !== "") {
    throw new InvalidValueError(`${name} may have a host, a port and a path only`);
  }
  if (parsed.protocol === "http:" && !isLoopback(parsed.hostname) && environment[cleartextVariable] !== "1") {
    throw new InvalidValueError(`${name} begins with http:, so that others on the way can read the token`, {
      hint: `Use https:, or allow it with ${cleartextVariable}=1.`,
    });
  }
  if (token === withheldUrl) {
    throw new InvalidValueError("the deploy-queue around this command does not tell it the token of the server", {
      hint: "Give --pass-database-url to that run or release.",
    });
  }
  if (!token && hasCiToken(environment)) {
    return { url: withoutSlash(parsed), token: undefined };
  }
  if (!token || !/^[\x21-\x7e]+$/.test(token)) {
    throw new InvalidValueError(token ? "the token has characters that no token has" : "there is no token", {
      hint: `Set ${tokenVariable} to what "deploy-queue token create" has printed.`,
    });
  }
  return { url: withoutSlash(parsed), token };
}

/** Whether the CI system gives this job tokens. */
export function hasCiToken(environment: Variables): boolean {
  return Boolean(environment["DEPLOY_QUEUE_ID_TOKEN"] || environment["ACTIONS_ID_TOKEN_REQUEST_URL"]);
}

function withoutSlash({ href }: URL): string {
  return href.replace(/\/+$/, "");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
