import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { none } from "../../commandLine/policyValues.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument, optionalText } from "../../commandLine/values.js";
import { InvalidValueError } from "../../database/errors.js";
import { formatMoment, parseMoment } from "../../text/moments.js";
import { parseNumber } from "../../text/numbers.js";
import { freezeArea } from "../../text/policies.js";

export class FreezeEditCommand extends QueueCommand {
  static override paths = [["freeze", "edit"]];

  static override usage = Command.Usage({
    category: "Freeze",
    description: "Give a freeze another reason or end",
    details: `
      The waiters that may start earlier by this are woken. Where roles are in use, only an operator may do this.
    `,
    examples: [
      ["Two hours from now", "deploy-queue freeze edit 3 --until 2h"],
      ["Until it is thawed", 'deploy-queue freeze edit 3 --until none --reason "the sale goes on"'],
    ],
  });

  freeze = argument("freeze", (text) => parseNumber(text, "the number of the freeze"));
  reason = optionalText("--reason", "Why, for the people who wait");
  until = Option.String("--until", {
    description: 'When it ends by itself, such as 2h or "2026-11-01 02:00 Europe/Berlin"; none: when it is thawed',
  });

  override async act({ queue, log }: Session): Promise<number> {
    if (this.reason === undefined && this.until === undefined) {
      throw new InvalidValueError("nothing to change is given", { hint: "Give --reason or --until." });
    }
    const until = this.until === none ? null : await parseMoment(queue, this.until, "--until");
    const freeze = await queue.policies.editFreeze(this.freeze, { reason: this.reason, until });
    const end = freeze.expires_at === null ? "until it is thawed" : `until ${formatMoment(freeze.expires_at)}`;
    log.info(`freeze ${freeze.freeze_id} of ${freezeArea(freeze)} lasts ${end}: ${freeze.reason}`);
    this.printJson(freeze);
    return 0;
  }
}
