import {
  cancelledMessage,
  finishedMessage,
  type Notification,
  type SlackMessage,
  startedMessage,
} from "../../text/slackMessages.js";
import type { SlackCall } from "./callSlack.js";

export interface SlackOptions {
  readonly token: string;
  /** The id of the channel (C01234567): a name is not enough to update a message. */
  readonly channel: string;
  readonly apiUrl?: string | undefined;
  /** How long one message may hold a deployment up, retries included, in milliseconds: 5,000. */
  readonly patience?: number | undefined;
  /** Gets one line that says what was not sent and what to do. */
  readonly warn: (warning: string) => void;
}

export interface OutcomeNotification extends Notification {
  /** The ts of the start message; the outcome becomes an answer to it. */
  readonly startMessage?: string | undefined;
  /** Whether the start message is changed as well, so that the channel itself shows the outcome. */
  readonly updateStartMessage?: boolean | undefined;
}

/** Tells a Slack channel about a deployment. Never throws: what Slack refuses becomes a warning. */
export class SlackNotifier {
  readonly #options: SlackOptions;

  constructor(options: SlackOptions) {
    this.#options = options;
  }

  /** Returns the ts of the message, undefined when it was not sent; so do the others. */
  started(notification: Notification): Promise<string | undefined> {
    return this.#send("start", startedMessage(notification));
  }

  finished(notification: OutcomeNotification): Promise<string | undefined> {
    return this.#sendOutcome("finish", finishedMessage(notification), notification);
  }

  cancelled(notification: OutcomeNotification): Promise<string | undefined> {
    return this.#sendOutcome("cancel", cancelledMessage(notification), notification);
  }

  async #sendOutcome(
    kind: string,
    message: SlackMessage,
    { startMessage, updateStartMessage }: OutcomeNotification,
  ): Promise<string | undefined> {
    const [ts] = await Promise.all([
      this.#send(kind, { ...message, thread_ts: startMessage || undefined }),
      startMessage && updateStartMessage ? this.#update(startMessage, message) : undefined,
    ]);
    return ts;
  }

  #send(
    kind: string,
    message: SlackMessage & { readonly thread_ts?: string | undefined },
  ): Promise<string | undefined> {
    return this.#call(`the ${kind} message was not sent`, "chat.postMessage", {
      ...message,
      unfurl_links: false,
      unfurl_media: false,
    });
  }

  #update(ts: string, message: SlackMessage): Promise<string | undefined> {
    return this.#call("the start message was not updated", "chat.update", { ...message, ts });
  }

  async #call(failure: string, method: SlackCall["method"], fields: object): Promise<string | undefined> {
    const { token, channel, apiUrl, patience = 5_000, warn } = this.#options;
    // Loaded here, because at the start it would delay the first query.
    const [{ callSlack }, { slackFailure }] = await Promise.all([
      import("./callSlack.js"),
      import("./slackFailure.js"),
    ]);
    try {
      // parse: without it, chat.update makes links and mentions of what looks like them.
      return await callSlack({ token, apiUrl, patience, method, fields: { ...fields, channel, parse: "none" } });
    } catch (error) {
      warn(`Slack: ${failure}: ${slackFailure(error, token)}`);
      return undefined;
    }
  }
}
