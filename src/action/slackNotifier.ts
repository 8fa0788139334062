import type { CommonInputs } from "./commonInputs.js";
import { log } from "./log.js";
import { SlackNotifier } from "./slack/notifier.js";

/** Undefined when the workflow wants no messages. */
export function slackNotifier({ slack }: CommonInputs): SlackNotifier | undefined {
  return slack === undefined ? undefined : new SlackNotifier({ ...slack, warn: log.warn });
}
