import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { optionalName, requiredName } from "../../commandLine/values.js";
import { InvalidValueError } from "../../database/errors.js";
import { listOf } from "../../text/lists.js";

export class WebhookAddCommand extends QueueCommand {
  static override paths = [["webhook", "add"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Have a receiver told over HTTP of what happens from now on",
    details: `
      The last line of stdout is the secret that signs the messages, as Standard Webhooks say; it is shown this one time. A worker delivers them: at
      least once, those of a deployment in their order, and again for a day when the receiver fails.

      Events are enqueued, released, redeemed, prioritized, refused, approval-needed, approved, disapproved, started, verifying, stopping, finished,
      failed, rejected, cancelled, reaped, outlier, bypassed, allowed, disallowed, frozen, thawed, line-held, line-released, marked-bad,
      marked-good and configured.

      The preset is standard (signed JSON), slack (an incoming webhook), slack-bot (with a thread for each deployment), teams, pagerduty or opsgenie.
      A bot needs its token, PagerDuty its routing key and Opsgenie its API key, in the environment variable that \`--credential-variable\` names.
    `,
    examples: [
      [
        "A receiver of one's own",
        "deploy-queue webhook add --name board --url https://board.example.com/hook --events started,finished,failed -e prod",
      ],
      [
        "A channel of Slack, with a thread for each deployment",
        "deploy-queue webhook add --name deploys --preset slack-bot --channel C01234567 --credential-variable SLACK_BOT_TOKEN --events started,finished,failed,cancelled",
      ],
    ],
  });

  name = requiredName("--name", "What it is known as, such as board");
  url = optionalName(
    "--url",
    "Where its messages go; of slack-bot, pagerduty and opsgenie by default the service itself",
  );
  events = requiredName("--events", "What it is told of, such as started,finished,failed");
  environments = optionalName("-e,--environment", "The only ones that it is told of, such as prod,staging");
  preset = optionalName("--preset", "standard (default), slack, slack-bot, teams, pagerduty or opsgenie");
  channel = optionalName("--channel", "The channel in which a bot writes, such as C01234567");
  credentialVariable = optionalName(
    "--credential-variable",
    "The environment variable that holds the token of the bot or the key of the service",
  );
  allowPrivate = Option.Boolean("--allow-private", false, {
    description: "It may be on a private network or this machine, and without TLS",
  });

  override async act({ queue, log }: Session): Promise<number> {
    const webhook = await queue.webhooks.add({
      ...{ name: this.name, url: this.url ?? addressOf(this.preset), events: listOf(this.events) ?? [] },
      ...{ environments: listOf(this.environments), preset: this.preset, channel: this.channel },
      ...{ credential: this.#credential(), allowPrivate: this.allowPrivate },
    });
    log.info(`webhook ${webhook.webhook_name} tells ${webhook.host}; its secret is shown this one time`);
    this.print(webhook.secret, webhook);
    return 0;
  }

  #credential(): string | undefined {
    const name = this.credentialVariable;
    const value = name === undefined ? undefined : this.context.env[name]?.trim();
    if (name !== undefined && !value) {
      throw new InvalidValueError(`the environment variable ${name} of --credential-variable is not set`);
    }
    return value;
  }
}

const addresses: Readonly<Record<string, string>> = {
  "slack-bot": "https://slack.com/api/chat.postMessage",
  pagerduty: "https://events.pagerduty.com/v2/enqueue",
  opsgenie: "https://api.opsgenie.com/v2/alerts",
};

function addressOf(preset: string | undefined): string {
  const address = addresses[preset ?? "standard"];
  if (address === undefined) {
    throw new InvalidValueError(
      "--url is missing: only slack-bot, pagerduty and opsgenie have an address of their own",
    );
  }
  return address;
}
