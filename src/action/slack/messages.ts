import type { KnownBlock, MrkdwnElement } from "@slack/web-api";
import type { Deployment } from "../../queue/deployment.js";
import { cellName, cellOf, componentName } from "../../text/describe.js";
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
  return message(":rocket:", "Started", notification, notification.deployment.note);
}

export function finishedMessage(notification: Notification): SlackMessage {
  return message(":white_check_mark:", "Finished", notification, null);
}

/** Also of one whose work has failed. */
export function cancelledMessage(notification: Notification): SlackMessage {
  const { cancellation_kind, cancellation_note } = notification.deployment;
  return cancellation_kind === "failed"
    ? message(":x:", "Failed", notification, cancellation_note)
    : message(":no_entry:", "Cancelled", notification, cancellation_note);
}

/** Slack takes 3,000 characters for a text; an escaped character takes up to five. */
const limits = { name: 300, cell: 300, note: 250 };

function message(emoji: string, verb: string, { deployment, link: url }: Notification, note: string | null) {
  const name = componentName(deployment);
  const cell = cellName(cellOf(deployment));
  const remark = note === null || note.trim() === "" ? "" : `\n${code(note, limits.note)}`;
  const facts = [code(cell, limits.cell), `deployment ${deployment.id}`, ...jobLink(url, deployment)];
  return {
    text: `${verb} ${plain(name, limits.name)} in ${plain(cell, limits.cell)} (deployment ${deployment.id})`,
    blocks: [
      { type: "section", text: mrkdwn(`${emoji} *${verb}* ${code(name, limits.name)}${remark}`) },
      { type: "context", elements: facts.map(mrkdwn) },
    ] satisfies KnownBlock[],
  };
}

function jobLink(url: string | undefined, deployment: Deployment): string[] {
  const target = link(url ?? deployment.url ?? "", "job");
  return target === undefined ? [] : [target];
}

/** Verbatim, so that Slack makes no links and mentions of what it finds in the text. */
function mrkdwn(text: string): MrkdwnElement {
  return { type: "mrkdwn", text, verbatim: true };
}
