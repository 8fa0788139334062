import { Option } from "clipanion";
import { logOutages } from "../display/outages.js";
import { defaultOutageTimeout, outlastOutages } from "../queue/outage.js";
import { BaseCommand } from "./baseCommand.js";
import type { Session } from "./openSession.js";
import { optionalText } from "./values.js";

/** A command that talks to the queue. */
export abstract class QueueCommand extends BaseCommand {
  skipMigrations = Option.Boolean("--skip-migrations", false, {
    description: "Do not bring an older database schema up to date",
  });

  actor = optionalText(
    "--actor",
    "Who acts, for the record; by default DEPLOY_QUEUE_ACTOR, the user of the CI job, or user@host",
  );

  /**
   * Milliseconds without a database that it outlasts from its first contact on. Most commands say at once that the database is
   * away; one that waits, keeps a cell or frees it has the option, since nothing tries again after it.
   */
  outageTimeout: number | undefined = 0;

  /** Does the command's work and returns its exit code; may throw. */
  abstract act(session: Session): Promise<number>;

  override async perform(): Promise<number> {
    // Help and a wrong argument need neither a database nor a log.
    const { openSession } = await import("./openSession.js");
    const session = await openSession(this.path.join(" "), {
      migrate: !this.skipMigrations,
      outageTimeout: this.outageTimeoutOrDefault,
      context: this.context,
      hasJsonLog: this.hasJsonLog,
      actor: this.actor,
    });
    try {
      return await this.act(session);
    } finally {
      await session.queue.source.close();
    }
  }

  protected get outageTimeoutOrDefault(): number {
    return this.outageTimeout ?? defaultOutageTimeout;
  }

  /** Repeats a call that may be repeated, until the database answers. */
  protected patiently<Result>({ log }: Session, call: () => Promise<Result>): Promise<Result> {
    return outlastOutages(call, { outageTimeout: this.outageTimeoutOrDefault, onEvent: logOutages(log) });
  }
}
