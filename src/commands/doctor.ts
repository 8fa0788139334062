import { Command, Option } from "clipanion";
import { BaseCommand } from "../commandLine/baseCommand.js";
import type { Diagnosis } from "../commandLine/doctorChecks.js";
import { connectionFailure, examine } from "../commandLine/doctorChecks.js";
import { createLogger } from "../commandLine/logger.js";
import { optionalText } from "../commandLine/values.js";
import { resolveConnectionTarget } from "../database/connectionUrl.js";
import { Database } from "../database/database.js";
import { DeployQueueError } from "../database/errors.js";
import { withOurTimes } from "../text/moments.js";
import { printable } from "../text/printable.js";

const somethingFailed = 4;

export class DoctorCommand extends BaseCommand {
  static override paths = [["doctor"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Examine the database and the queue, and say what to do",
    details: `
      Checks the connection and its encryption, the version of the server, its extension, the version of the schema, whether notifications
      arrive, the clock, when a worker was last seen, how full the queue of notifications is, and deployments that look
      stuck. Each line is ok, warning or failed, with its cure.

      With \`--verify-history\` it also reads all events and deployments. It finds what contradicts the rules: two at once,
      overtaking, starts in buffers, wake-ups out of turn, and missing events. A million deployments take 20 seconds.

      Exits with 4 when a check failed or the database cannot be reached, else with 0. It changes nothing, but starts this
      user's own PostgreSQL where no database is set.
    `,
  });

  worker = optionalText("--worker", "Fail unless a worker on this host was seen within 3 minutes");

  verifyHistory = Option.Boolean("--verify-history", false, {
    description: "Also examine everything that has happened",
  });

  override async perform(): Promise<number> {
    const diagnoses = await this.#examine();
    const lines = diagnoses.flatMap(({ name, status, text, cure }) => [
      `${status.padEnd(7)}  ${name}: ${printable(withOurTimes(text))}`,
      ...(cure === null ? [] : [`         ${printable(cure)}`]),
    ]);
    this.print(lines.join("\n"), diagnoses);
    return diagnoses.some(({ status }) => status === "failed") ? somethingFailed : 0;
  }

  async #examine(): Promise<Diagnosis[]> {
    let database: Database;
    let ownDirectory: string | undefined;
    try {
      const target = await resolveConnectionTarget(this.context.env);
      ownDirectory = target.embeddedDirectory;
      database = new Database({ url: target.url, applicationName: "deploy-queue doctor" });
    } catch (error) {
      if (error instanceof DeployQueueError) {
        return [connectionFailure(error)];
      }
      throw error;
    }
    try {
      return await examine(database, {
        ownDirectory,
        workerHost: this.worker,
        verifyHistory: this.verifyHistory,
        log: createLogger(this.context),
      });
    } finally {
      await database.close();
    }
  }
}
