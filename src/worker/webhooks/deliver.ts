import { version } from "../../../package.json";
import { reasonOf } from "../../database/reasons.js";
import type { WebhookAttempt, WebhookMessage } from "../../queue/calls/webhooks.js";
import { printable } from "../../text/printable.js";
import { type Answer, post } from "./post.js";
import { render } from "./render.js";
import { signedHeaders } from "./sign.js";

/** How long one attempt may take, in milliseconds: well below the minute after which another worker sends the message. */
const patience = 15_000;

/** Sends a message once. Never throws: what went wrong is part of the answer, without a secret. */
export async function deliver(message: WebhookMessage): Promise<WebhookAttempt> {
  const { value, headers = {}, url = message.url } = render(message);
  const body = JSON.stringify(value);
  try {
    const answer = await post({
      ...{ url, body, allowPrivate: message.allow_private, timeout: patience },
      headers: {
        "content-type": "application/json; charset=utf-8",
        "user-agent": `deploy-queue/${version}`,
        ...signedHeaders(message.message_uid, new Date(), body, message.secrets),
        ...headers,
      },
    });
    return message.preset === "slack-bot" ? answerOfSlack(answer) : attemptOf(answer);
  } catch (error) {
    return { delivered: false, problem: problemOf(error) };
  }
}

function attemptOf({ status, retryAfter }: Answer): WebhookAttempt {
  if (status >= 200 && status < 300) {
    return { delivered: true, httpStatus: status };
  }
  const problem =
    status >= 300 && status < 400
      ? `the receiver redirects (status ${status}), which is not followed`
      : `the receiver has answered with status ${status}`;
  const asked = status === 429 || status === 503 ? secondsOf(retryAfter) : undefined;
  return { delivered: false, httpStatus: status, problem, retryAfter: asked };
}

/** Slack says ok: false with status 200. */
function answerOfSlack(answer: Answer): WebhookAttempt {
  const attempt = attemptOf(answer);
  if (!attempt.delivered) {
    return attempt;
  }
  const { ok, ts, error } = fieldsOf(answer.text);
  if (ok !== true) {
    const named = typeof error === "string" && /^\w{1,60}$/.test(error) ? error : "an answer that is not Slack's";
    return { delivered: false, httpStatus: answer.status, problem: `Slack has refused it: ${named}` };
  }
  return { ...attempt, thread: typeof ts === "string" ? ts.slice(0, 60) : undefined };
}

function fieldsOf(text: string): { readonly ok?: unknown; readonly ts?: unknown; readonly error?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" ? value : {};
  } catch {
    return {};
  }
}

/** Retry-After is a number of seconds, or a date. */
function secondsOf(retryAfter: string | undefined): number | undefined {
  const seconds = /^\d{1,9}$/.test(retryAfter ?? "")
    ? Number(retryAfter)
    : (Date.parse(retryAfter ?? "") - Date.now()) / 1000;
  return seconds > 0 ? seconds : undefined;
}

function problemOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") {
    return `the receiver has not answered within ${patience / 1000} s`;
  }
  return printable(reasonOf(error)).slice(0, 300);
}
