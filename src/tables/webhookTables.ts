import type { Webhook, WebhookDelivery } from "../queue/calls/webhooks.js";
import { printable } from "../text/printable.js";
import { renderTable } from "./table.js";

export function webhookTable(webhooks: readonly Webhook[]): string {
  const columns = [
    "name",
    "preset",
    "host",
    "events",
    "environments",
    "last delivered",
    "pending",
    "given up",
    "problem",
  ];
  return webhooks.length === 0 ? "There is no webhook" : renderTable(columns, webhooks.map(webhookRow));
}

export function deliveryTable(deliveries: readonly WebhookDelivery[]): string {
  const columns = ["message", "event", "deployment", "at", "state", "attempts", "answer", "problem"];
  return deliveries.length === 0 ? "There is no message" : renderTable(columns, deliveries.map(deliveryRow));
}

function webhookRow(webhook: Webhook): string[] {
  return [
    ...[webhook.name, webhook.preset, webhook.host, webhook.events.join(", ")],
    ...[webhook.environments?.join(", ") ?? "all", moment(webhook.delivered_at) ?? "never"],
    ...[String(webhook.pending_count), String(webhook.given_up_count), webhook.problem ?? ""],
  ].map(printable);
}

function deliveryRow(delivery: WebhookDelivery): string[] {
  return [
    ...[
      String(delivery.message_id ?? ""),
      delivery.kind,
      String(delivery.deployment_id ?? ""),
      moment(delivery.created_at) ?? "",
    ],
    ...[delivery.state, String(delivery.attempts), String(delivery.http_status ?? ""), delivery.problem ?? ""],
  ].map(printable);
}

function moment(at: Date | null): string | undefined {
  return at?.toISOString().replace(/\.\d+/, "");
}
