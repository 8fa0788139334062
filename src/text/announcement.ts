import type { WebhookBody } from "../queue/calls/webhooks.js";
import { cellName, componentName } from "./describe.js";

/** What is told to a channel: one sentence about a deployment or a place, and what to know besides. */
export interface Announcement {
  readonly emoji: string;
  readonly verb: string;
  /** Whether people should look, and whether this ends what they were to look at. */
  readonly tone: "news" | "good" | "warning" | "bad";
  /** A component with its version; undefined where it is about a place. */
  readonly name?: string | undefined;
  readonly place?: string | undefined;
  readonly deploymentId?: string | number | undefined;
  readonly remark?: string | null | undefined;
  /** The page of the job. */
  readonly link?: string | undefined;
}

type Headline = Pick<Announcement, "emoji" | "verb" | "tone">;

function headline(emoji: string, verb: string, tone: Announcement["tone"] = "news"): Headline {
  return { emoji: `:${emoji}:`, verb, tone };
}

const cancelled = headline("no_entry", "Cancelled", "warning");

export const headlines = {
  started: headline("rocket", "Started"),
  finished: headline("white_check_mark", "Finished", "good"),
  failed: headline("x", "Failed", "bad"),
  cancelled,
} as const;

const ofKind: Readonly<Record<string, Headline>> = {
  ...headlines,
  enqueued: headline("hourglass_flowing_sand", "Waits"),
  reaped: headline("skull", "Reaped, its keeper is gone", "bad"),
  rejected: headline("no_entry", "Rejected", "warning"),
  stopping: headline("octagonal_sign", "Asked to stop", "warning"),
  verifying: headline("mag", "Being verified"),
  outlier: headline("turtle", "Takes longer than usual", "warning"),
  "approval-needed": headline("raised_hand", "Needs an approval", "warning"),
  approved: headline("thumbsup", "Approved"),
  disapproved: headline("thumbsdown", "Disapproved", "warning"),
  bypassed: headline("warning", "Went around the rules", "warning"),
  frozen: headline("snowflake", "Frozen", "warning"),
  thawed: headline("sunny", "Thawed", "good"),
  "line-held": headline("octagonal_sign", "Line stopped", "bad"),
  "line-released": headline("arrow_forward", "Line goes on", "good"),
  "marked-bad": headline("biohazard_sign", "Marked bad", "bad"),
  "marked-good": headline("thumbsup", "Marked good", "good"),
  test: headline("wave", "A test of deploy-queue"),
};

export function announcementOf({ data }: WebhookBody): Announcement {
  const { deployment, component, version } = data;
  return {
    ...(ofKind[data.kind] ?? headline("information_source", data.kind)),
    name: component === null ? undefined : componentName({ component, version }),
    place: placeOf(data),
    deploymentId: deployment?.id,
    remark: data.kind === "started" || data.kind === "enqueued" ? (deployment?.note ?? null) : data.reason,
    link: deployment?.url ?? undefined,
  };
}

/** A cell by its name; else as much as is known of the place. */
function placeOf({ environment, cloud_provider, region, cell_index }: WebhookBody["data"]): string | undefined {
  if (environment === null) {
    return undefined;
  }
  return cloud_provider === null || region === null || cell_index === null
    ? [environment, cloud_provider, region].filter((part) => part !== null).join("-")
    : cellName({ environment, cloud_provider, region, index: cell_index });
}

/** "Started api@v1 in prod-aws-us-west-2-cell-1 (deployment 42)" */
export function sentenceOf({ verb, name, place, deploymentId }: Announcement): string {
  const words = [verb, ...(name === undefined ? [] : [name]), ...(place === undefined ? [] : ["in", place])];
  return `${words.join(" ")}${deploymentId === undefined ? "" : ` (deployment ${deploymentId})`}`;
}
