import type { KnownBlock, MrkdwnElement } from "@slack/web-api";
import type { Deployment } from "../queue/deployment.js";
import { type Announcement, headlines, sentenceOf } from "./announcement.js";
import { cellName, cellOf, componentName } from "./describe.js";
import { code, link, plain } from "./mrkdwn.js";

export interface Notification {
  readonly deployment: Deployment;
  /** The page of the job. */
  readonly link?: string | undefined;
}

export interface SlackMessage {
  /** The text for phones and screen readers, which do not show blocks. */
  readonly text: string;
  readonly blocks: KnownBlock[];
}

export function startedMessage(notification: Notification): SlackMessage {
  return message({ ...headlines.started, remark: notification.deployment.note, ...about(notification) });
}

export function finishedMessage(notification: Notification): SlackMessage {
  return message({ ...headlines.finished, ...about(notification) });
}

/** Also of one whose work has failed. */
export function cancelledMessage(notification: Notification): SlackMessage {
  const { cancellation_kind, cancellation_note } = notification.deployment;
  const headline = cancellation_kind === "failed" ? headlines.failed : headlines.cancelled;
  return message({ ...headline, remark: cancellation_note, ...about(notification) });
}

function about({ deployment, link: url }: Notification) {
  return {
    name: componentName(deployment),
    place: cellName(cellOf(deployment)),
    deploymentId: deployment.id,
    link: url ?? deployment.url ?? undefined,
  };
}

/** Slack takes 3,000 characters for a text; an escaped character takes up to five. */
const limits = { name: 300, cell: 300, note: 250 };

export function message(announcement: Announcement): SlackMessage {
  const { emoji, verb, name, place, deploymentId, remark, link: url } = announcement;
  const note = remark == null || remark.trim() === "" ? "" : `\n${code(remark, limits.note)}`;
  const subject = name === undefined ? "" : ` ${code(name, limits.name)}`;
  const target = link(url ?? "", "job");
  const facts = [
    ...(place === undefined ? [] : [code(place, limits.cell)]),
    ...(deploymentId === undefined ? [] : [`deployment ${deploymentId}`]),
    ...(target === undefined ? [] : [target]),
  ];
  return {
    text: sentenceOf({
      ...announcement,
      name: name === undefined ? undefined : plain(name, limits.name),
      place: place === undefined ? undefined : plain(place, limits.cell),
    }),
    blocks: [
      { type: "section", text: mrkdwn(`${emoji} *${plain(verb, limits.name)}*${subject}${note}`) },
      ...(facts.length === 0 ? [] : [{ type: "context", elements: facts.map(mrkdwn) } satisfies KnownBlock]),
    ],
  };
}

/** Verbatim, so that Slack makes no links and mentions of what it finds in the text. */
function mrkdwn(text: string): MrkdwnElement {
  return { type: "mrkdwn", text, verbatim: true };
}
