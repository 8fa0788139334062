import { Option } from "clipanion";
import { BaseCommand } from "./baseCommand.js";
import type { Session } from "./openSession.js";

/** What the commands have in common that talk to the queue. */
export abstract class QueueCommand extends BaseCommand {
  skipMigrations = Option.Boolean("--skip-migrations", false, {
    description: "Do not bring an older database schema up to date",
  });

  /** Milliseconds without a database that it outlasts from its first contact on; most say at once that it is away. */
  patience(): number {
    return 0;
  }

  /** Does the command's work and returns its exit code; may throw. */
  abstract act(session: Session): Promise<number>;

  override async perform(): Promise<number> {
    // Loaded here, so that help and version do not pay for it.
    const { openSession } = await import("./openSession.js");
    const session = await openSession(this.path.join(" "), {
      migrate: !this.skipMigrations,
      outageTimeout: this.patience(),
    });
    try {
      return await this.act(session);
    } finally {
      await session.queue.database.close();
    }
  }
}
