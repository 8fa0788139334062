import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { optionalText, optionalValue, requiredName } from "../../commandLine/values.js";
import { InvalidValueError } from "../../queue/errors.js";
import { describeCheck } from "../../text/describeCheck.js";
import { inSeconds, parseDuration } from "../../text/durations.js";
import { readJsonFile } from "../../text/jsonFile.js";

export class CheckReportCommand extends QueueCommand {
  static override paths = [["check", "report"]];

  static override usage = Command.Usage({
    category: "Gates",
    description: "Report that a check has passed or failed for a version",
    details: `
      An environment with \`--require-checks\` lets in only versions whose checks have passed. The newest report of a name counts. Those
      whom a passed check lets in are woken; those that wait see the url of a failed one. Where roles are in use, only a
      \`deploy_queue_checker\` or an operator may do this.
    `,
    examples: [
      [
        "After the tests",
        "deploy-queue check report --component api --version v3 --name e2e --passed --url https://ci.example/runs/7 --expires 24h",
      ],
      [
        "With what was measured",
        "deploy-queue check report --component api --version v3 --name load --failed --details load.json",
      ],
    ],
  });

  component = requiredName("-c,--component", "What was checked");
  version = requiredName("-v,--version", "Which version of it");
  name = requiredName("--name", "Name of the check, as the policy has it, such as e2e");
  passed = Option.Boolean("--passed", false, { description: "It has passed" });
  failed = Option.Boolean("--failed", false, { description: "It has failed" });
  url = optionalText("--url", "Page of the result");
  details = optionalText("--details", "More about the result: a file with JSON, of at most 16,000 characters");
  expires = optionalValue(
    "--expires",
    "For how long it counts, such as 24h; until the next report by default",
    parseDuration,
  );

  override async perform(): Promise<number> {
    if (this.passed === this.failed) {
      throw new InvalidValueError("either --passed or --failed is needed");
    }
    return super.perform();
  }

  override async act({ queue, log }: Session): Promise<number> {
    const { component, version, name, passed, url, expires } = this;
    const expiresIn = inSeconds(expires);
    const details = this.details === undefined ? undefined : await readJsonFile(this.details, "--details");
    const check = await queue.checks.report({ component, version, name, passed, url, details, expiresIn });
    log.info(describeCheck(check));
    this.printJson(check);
    return 0;
  }
}
