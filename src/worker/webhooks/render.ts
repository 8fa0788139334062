import type { WebhookMessage, WebhookPreset } from "../../queue/calls/webhooks.js";
import { type Announcement, announcementOf, sentenceOf } from "../../text/announcement.js";
import { printable } from "../../text/printable.js";
import { message } from "../../text/slackMessages.js";

/** What is sent: a value for JSON, and what else the service wants to have. */
export interface Rendered {
  readonly value: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it goes instead of the address of the webhook. */
  readonly url?: string;
}

export function render(sent: WebhookMessage): Rendered {
  return presets[sent.preset](sent, announcementOf(sent.body));
}

const presets: Readonly<Record<WebhookPreset, (sent: WebhookMessage, announcement: Announcement) => Rendered>> = {
  standard: ({ body }) => ({ value: body }),
  slack: (_, announcement) => ({ value: message(announcement) }),
  "slack-bot": ({ channel, credential, thread }, announcement) => ({
    value: {
      ...message(announcement),
      ...{ channel, parse: "none", unfurl_links: false, unfurl_media: false },
      ...(thread === null ? {} : { thread_ts: thread }),
    },
    headers: { authorization: `Bearer ${credential}` },
  }),
  teams: (_, announcement) => ({ value: adaptiveCard(announcement) }),
  pagerduty: (sent, announcement) => ({ value: pagerDutyEvent(sent, announcement) }),
  opsgenie: (sent, announcement) => opsgenieAlert(sent, announcement),
};

/** A card for a workflow of Teams that posts what its webhook gets. TextRun shows text as it is, where TextBlock reads Markdown. */
function adaptiveCard({ verb, tone, name, place, deploymentId, remark, link }: Announcement): unknown {
  const color = { news: "default", good: "good", warning: "warning", bad: "attention" }[tone];
  const line = (text: string, more: object = {}) => ({
    type: "RichTextBlock",
    inlines: [{ type: "TextRun", text: printable(text).slice(0, 1_000), ...more }],
  });
  const facts = [place, deploymentId === undefined ? undefined : `deployment ${deploymentId}`];
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          ...{ type: "AdaptiveCard", version: "1.4" },
          body: [
            line([verb, name].filter((word) => word !== undefined).join(" "), { weight: "bolder", color }),
            ...(remark == null || remark.trim() === "" ? [] : [line(remark)]),
            ...facts.flatMap((fact) => (fact === undefined ? [] : [line(fact, { isSubtle: true })])),
          ],
          actions: isWebPage(link) ? [{ type: "Action.OpenUrl", title: "Job", url: link }] : [],
        },
      },
    ],
  };
}

/** Events API v2: what is wrong triggers an incident, and what ends it resolves the same one. */
function pagerDutyEvent({ credential, body }: WebhookMessage, announcement: Announcement): unknown {
  const { tone, name, place, link } = announcement;
  const key = { routing_key: credential, dedup_key: incidentOf(announcement) };
  if (tone === "good") {
    return { ...key, event_action: "resolve" };
  }
  return {
    ...{ ...key, event_action: "trigger", client: "deploy-queue" },
    payload: {
      summary: printable(sentenceOf(announcement)).slice(0, 1_024),
      ...{ source: place ?? "deploy-queue", component: name, class: body.data.kind, timestamp: body.timestamp },
      severity: { news: "info", warning: "warning", bad: "error" }[tone],
      custom_details: body.data,
    },
    links: isWebPage(link) ? [{ href: link, text: "Job" }] : [],
  };
}

function opsgenieAlert({ url, credential, body }: WebhookMessage, announcement: Announcement): Rendered {
  const alias = incidentOf(announcement);
  const headers = { authorization: `GenieKey ${credential}` };
  if (announcement.tone === "good") {
    const closing = `${url.replace(/\/$/, "")}/${encodeURIComponent(alias)}/close?identifierType=alias`;
    return { url: closing, headers, value: { source: "deploy-queue" } };
  }
  return {
    headers,
    value: {
      message: printable(sentenceOf(announcement)).slice(0, 130),
      ...{ alias, source: "deploy-queue", tags: ["deploy-queue", body.data.kind] },
      description: printable(announcement.remark ?? "").slice(0, 1_000),
      priority: { news: "P5", warning: "P3", bad: "P2" }[announcement.tone],
      entity: announcement.place,
    },
  };
}

/** What is about one deployment is one incident; so is what is about one place. */
function incidentOf({ deploymentId, place, name }: Announcement): string {
  const subject = deploymentId === undefined ? (place ?? name ?? "queue") : `deployment-${deploymentId}`;
  return `deploy-queue-${subject}`.slice(0, 255);
}

function isWebPage(address: string | undefined): boolean {
  return address !== undefined && /^https?:\/\//i.test(address) && URL.canParse(address);
}
