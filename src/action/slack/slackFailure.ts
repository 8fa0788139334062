import { WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import { printable } from "../../text/printable.js";

const cures: Readonly<Record<string, string>> = {
  channel_not_found: "slack-channel-id must be the id of a channel that the app may see, such as C01234567",
  not_in_channel: "invite the app to the channel",
  is_archived: "the channel is archived",
  invalid_auth: "slack-bot-token is not valid",
  not_authed: "slack-bot-token is empty",
  account_inactive: "slack-bot-token belongs to an app or workspace that is gone",
  token_revoked: "slack-bot-token has been revoked",
  missing_scope: "the app needs the scope chat:write",
  cant_update_message: "only the app that sent the message may change it",
};

/** Why a call failed and what to do, in one line without the token. */
export function slackFailure(error: unknown, token: string): string {
  const secret = token.trim();
  const text = reason(error);
  return printable(secret === "" ? text : text.replaceAll(secret, "***")).slice(0, 300);
}

function reason(error: unknown): string {
  if (error instanceof WebAPIPlatformError) {
    return platformReason(error);
  }
  if (error instanceof WebAPIRateLimitedError) {
    return `too many messages, Slack asks to wait for ${error.retryAfter} s`;
  }
  const original = error instanceof WebAPIRequestError ? error.original : error;
  if (!(original instanceof Error)) {
    return String(original);
  }
  if (original.name === "TimeoutError") {
    return "no answer in time";
  }
  return original.cause instanceof Error ? original.cause.message : original.message;
}

function platformReason({ data }: WebAPIPlatformError): string {
  // The client passes an answer that is not JSON on as if it were the name of an error.
  if (typeof data.error !== "string" || !/^\w+$/.test(data.error)) {
    return "an answer that is not Slack's; is there a proxy in between?";
  }
  const details = [cures[data.error], ...(data.response_metadata?.messages ?? [])].filter(
    (detail) => detail !== undefined,
  );
  return [data.error, ...details].join("; ");
}
