import { Command, Option } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { PlacedCommand } from "../commandLine/placedCommand.js";
import { requireParts } from "../commandLine/placeParts.js";
import { optionalText, requiredText } from "../commandLine/values.js";
import { formatMoment, parseMoment } from "../text/moments.js";
import { freezeArea } from "../text/policies.js";

export class FreezeCommand extends PlacedCommand {
  static override paths = [["freeze"]];

  static override usage = Command.Usage({
    category: "Freeze",
    description: "Let nothing start in an environment, a provider or region of it, or one cell",
    details: `
      Running deployments go on. Each waiter keeps its place in the line, and is told who froze it and why. The freeze ends when
      it is thawed, or at the moment that \`--until\` says. Prints the number of the freeze. \`freeze allow\` lets one deployment through
      later, and \`freeze edit\` changes the reason or the end. Where roles are in use, only an operator may do this.
    `,
    examples: [
      ["For a sale", 'deploy-queue freeze --environment prod --reason "sale until Monday" --until 48h'],
      [
        "A region in trouble, where only the fix may start",
        "deploy-queue freeze --environment prod --provider aws --region us-west-2 --reason outage --allow-role oncall",
      ],
    ],
  });

  reason = requiredText("--reason", "Why, for the people who wait");
  until = Option.String("--until", {
    description: 'When it ends by itself, such as 2h or "2026-11-01 02:00 Europe/Berlin"',
  });
  allowKey = optionalText(
    "--allow-key",
    "Of those that the role of --allow-role has entered, let only this concurrency key pass",
  );
  allowActor = optionalText("--allow-actor", "Let deployments of this actor pass, which a client says of itself");
  allowRole = optionalText("--allow-role", "Let the deployments pass that a member of this database role enters");

  override readonly needed = ["environment"] as const;

  override async act({ queue, log }: Session): Promise<number> {
    const area = await this.whereabouts(queue);
    requireParts(area, this.needed);
    const freeze = await queue.policies.freeze(area, this.reason, {
      until: await parseMoment(queue, this.until, "--until"),
      allowKey: this.allowKey,
      allowActor: this.allowActor,
      allowRole: this.allowRole,
    });
    const end = freeze.expires_at === null ? "until it is thawed" : `until ${formatMoment(freeze.expires_at)}`;
    log.info(`nothing starts in ${freezeArea(freeze)} ${end}: deploy-queue thaw ${freeze.freeze_id}`);
    this.print(String(freeze.freeze_id), freeze);
    return 0;
  }
}
