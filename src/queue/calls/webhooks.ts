import { Seconds } from "../source.js";
import { Calls } from "./calls.js";

/** What webhooks can be told of. */
export const webhookPresets = ["standard", "slack", "slack-bot", "teams", "pagerduty", "opsgenie"] as const;
export type WebhookPreset = (typeof webhookPresets)[number];

/** Who is told over HTTP, and of what, without secrets. */
export interface Webhook {
  readonly webhook_id: number;
  readonly name: string;
  readonly preset: WebhookPreset;
  /** Without the path of its address, which may be a secret. */
  readonly host: string;
  readonly channel: string | null;
  readonly events: readonly string[];
  /** The only ones that it is told of; null: all. */
  readonly environments: readonly string[] | null;
  readonly allow_private: boolean;
  readonly created_by: string;
  readonly created_at: Date;
  /** When its receiver has last taken a message. */
  readonly delivered_at: Date | null;
  readonly paused_until: Date | null;
  readonly old_secret_until: Date | null;
  readonly pending_count: number;
  readonly oldest_pending_at: Date | null;
  /** Why the last message that was not delivered was not. */
  readonly problem: string | null;
  readonly given_up_count: number;
}

export interface WebhookRequest {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly environments?: readonly string[] | undefined;
  readonly preset?: string | undefined;
  readonly channel?: string | undefined;
  /** The token of a bot, or the key of a service. */
  readonly credential?: string | undefined;
  readonly allowPrivate?: boolean | undefined;
}

/** The secret is shown this one time. */
export interface NewWebhook {
  readonly webhook_id: number;
  readonly webhook_name: string;
  readonly host: string;
  readonly secret: string;
}

export interface RotatedWebhook {
  readonly webhook_id: number;
  readonly webhook_name: string;
  readonly secret: string;
  readonly old_secret_until: Date;
}

export interface WebhookDelivery {
  /** null: no worker has seen it yet. */
  readonly message_id: number | null;
  readonly name: string;
  readonly kind: string;
  readonly deployment_id: number | null;
  readonly event_id: number | null;
  readonly created_at: Date;
  readonly attempts: number;
  readonly state: "pending" | "delivered" | "given up";
  readonly due_at: Date | null;
  readonly delivered_at: Date | null;
  readonly given_up_at: Date | null;
  readonly http_status: number | null;
  readonly problem: string | null;
}

/** What happened, as its receiver gets it. */
export interface WebhookBody {
  /** Such as deployment.started. */
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly kind: string;
    readonly event_id: number | null;
    readonly actor: string | null;
    readonly reason: string | null;
    readonly environment: string | null;
    readonly cloud_provider: string | null;
    readonly region: string | null;
    readonly cell_index: number | null;
    readonly component: string | null;
    readonly version: string | null;
    readonly deployment: {
      readonly id: number;
      readonly component: string;
      readonly version: string | null;
      readonly url: string | null;
      readonly note: string | null;
    } | null;
  };
}

/** A message that a worker is to send within a minute. */
export interface WebhookMessage {
  readonly message_id: number;
  readonly webhook_id: number;
  readonly name: string;
  /** The same at each attempt. */
  readonly message_uid: string;
  readonly attempt: number;
  readonly preset: WebhookPreset;
  readonly url: string;
  readonly channel: string | null;
  readonly allow_private: boolean;
  readonly credential: string | null;
  /** All of them sign. */
  readonly secrets: readonly string[];
  /** The first message about its deployment in the channel. */
  readonly thread: string | null;
  readonly body: WebhookBody;
}

export interface WebhookAttempt {
  readonly delivered: boolean;
  readonly httpStatus?: number | undefined;
  readonly problem?: string | undefined;
  /** Seconds that the receiver wants to be left alone. */
  readonly retryAfter?: number | undefined;
  readonly thread?: string | undefined;
}

/** Who is told over HTTP of what happens. */
export class Webhooks extends Calls {
  list(): Promise<Webhook[]> {
    return this.read("known_webhooks", { order: ["webhook_id"] });
  }

  /** The newest messages of one first. */
  deliveries(name: string, limit = 100): Promise<WebhookDelivery[]> {
    return this.read("webhook_deliveries", { where: { name }, order: ["-created_at", "-event_id"], limit });
  }

  async delivery(id: number): Promise<WebhookDelivery | undefined> {
    const [delivery] = await this.read<WebhookDelivery>("webhook_deliveries", { where: { message_id: id } });
    return delivery;
  }

  add({ allowPrivate, ...request }: WebhookRequest): Promise<NewWebhook> {
    const given = { ...request, preset: request.preset ?? "standard" };
    return this.change("add_webhook", { ...given, allow_private: allowPrivate ?? false });
  }

  /** overlap: seconds for which the old secret signs as well. @throws UnknownNameError, as do the others */
  rotate(name: string, overlap = 86_400): Promise<RotatedWebhook> {
    return this.change("rotate_webhook", { name, overlap: new Seconds(overlap) });
  }

  remove(name: string): Promise<Webhook> {
    return this.change("remove_webhook", { name });
  }

  /** What was given up, or the message of this number. @returns how many are sent anew */
  redeliver(name: string, messageId?: number): Promise<number> {
    return this.value("redeliver_webhook", { name, message_id: messageId }, { changes: true });
  }

  /** @returns the number of the message, of which delivery() tells what has become of it */
  test(name: string): Promise<number> {
    return this.value("test_webhook", { name }, { changes: true });
  }

  /** For a worker: messages to send within a minute. */
  next(): Promise<WebhookMessage[]> {
    return this.rows("next_webhook_messages", {});
  }

  async recordAttempt({ message_id, attempt }: WebhookMessage, result: WebhookAttempt): Promise<void> {
    const { httpStatus, retryAfter, ...told } = result;
    await this.rows("record_webhook_attempt", {
      ...{ message_id, attempt, ...told, http_status: httpStatus },
      retry_after: new Seconds(retryAfter),
    });
  }
}
