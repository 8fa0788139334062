import { setTimeout as sleep } from "node:timers/promises";
import {
  type Logger,
  LogLevel,
  WebAPIHTTPError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from "@slack/web-api";

export interface SlackCall {
  readonly token: string;
  readonly apiUrl?: string | undefined;
  /** Milliseconds, retries included. */
  readonly patience: number;
  readonly method: "chat.postMessage" | "chat.update";
  readonly fields: Record<string, unknown>;
}

const attempts = 3;

/**
 * Returns the ts of the message.
 * @throws what the client throws, and a TimeoutError when Slack does not answer in time.
 */
export async function callSlack({ token, apiUrl, patience, method, fields }: SlackCall): Promise<string | undefined> {
  const deadline = performance.now() + patience;
  const signal = AbortSignal.timeout(patience);
  // The client's own retries wait as long as Slack asks, even minutes.
  const client = new WebClient(token, {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    fetch: (url, init) => fetch(url, { ...init, signal }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silent,
  });
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await client.apiCall(method, fields);
      return "ts" in answer && typeof answer.ts === "string" ? answer.ts : undefined;
    } catch (error) {
      const delay = retryDelay(error, attempt);
      if (delay === undefined || attempt === attempts || performance.now() + delay >= deadline) {
        throw error;
      }
      await sleep(delay);
    }
  }
}

/** Milliseconds, or undefined when the same call would fail again. */
function retryDelay(error: unknown, attempt: number): number | undefined {
  if (error instanceof WebAPIRateLimitedError) {
    return error.retryAfter * 1_000;
  }
  const mayPass = error instanceof WebAPIRequestError || (error instanceof WebAPIHTTPError && error.statusCode >= 500);
  return mayPass ? attempt * 250 : undefined;
}

/** The client would log to the console, and GitHub could read a line of Slack's there as a workflow command. */
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};
