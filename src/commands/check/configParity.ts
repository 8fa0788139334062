import { readFile } from "node:fs/promises";
import { Command } from "clipanion";
import { parse } from "dotenv";
import { createLogger } from "../../commandLine/logger.js";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { optionalText, optionalValue, requiredName } from "../../commandLine/values.js";
import { reasonOf } from "../../database/reasons.js";
import { InvalidValueError } from "../../queue/errors.js";
import { settingTable } from "../../tables/checkTables.js";
import { type ComparedSetting, compareSettings } from "../../text/configParity.js";
import { describeCheck } from "../../text/describeCheck.js";
import { inSeconds, parseDuration } from "../../text/durations.js";

const name = "config-parity";
const refused = 4;
/** The details of a report have a limit. */
const mostNamed = 100;

export class CheckConfigParityCommand extends QueueCommand {
  static override paths = [["check", name]];

  static override usage = Command.Usage({
    category: "Gates",
    description: "Compare the names of settings of two environments, and never show a value",
    details: `
      Reads two dotenv files, NAME=value in a line, and prints a table of their settings. What staging has and production lacks, or has
      empty, is wrong, and so is a test key in production, such as \`sk_test_…\`. A secret that is the same in both is worth a look. Exits
      with 0 when nothing is wrong, else with 4.

      With \`--component\` and \`--version\` it reports that the check \`${name}\` has passed or failed for them, with the names of the
      settings that are wrong. Without them it needs no database.
    `,
    examples: [
      [
        "Before a release",
        "deploy-queue check config-parity --from staging.env --to prod.env --ignore DATABASE_URL,DEBUG_*",
      ],
      [
        "With the settings of two apps, which no file keeps",
        "deploy-queue check config-parity --from <(heroku config -s -a api-staging) --to <(heroku config -s -a api-prod) -c api -v v3",
      ],
    ],
  });

  from = requiredName("--from", "The settings of staging: a dotenv file");
  to = requiredName("--to", "The settings of production: a dotenv file");
  ignore = optionalValue("--ignore", "Settings that may differ, such as DATABASE_URL,DEBUG_*", (text) =>
    text.split(",").map((pattern) => pattern.trim()),
  );
  component = options.component();
  version = options.version();
  url = optionalText("--url", "Page of the result, for the report");
  expires = optionalValue("--expires", "For how long the report counts, such as 24h", parseDuration);

  #settings: readonly ComparedSetting[] = [];

  override async perform(): Promise<number> {
    if ((this.component === undefined) !== (this.version === undefined)) {
      throw new InvalidValueError("--component and --version are needed together, for a report");
    }
    const staging = await readSettings(this.from, "--from");
    if (Object.keys(staging).length === 0) {
      throw new InvalidValueError(`--from: ${this.from} has no setting`, {
        hint: "A setting is NAME=value in a line.",
      });
    }
    this.#settings = compareSettings(staging, await readSettings(this.to, "--to"), this.ignore);
    this.print(settingTable(this.#settings), this.#settings);
    const wrong = this.#settings.filter(({ is_wrong }) => is_wrong).length;
    const code = wrong === 0 ? 0 : refused;
    if (this.component !== undefined) {
      await super.perform();
    }
    createLogger(this.context).info(`${wrong} of ${this.#settings.length} settings are wrong in production`);
    return code;
  }

  override async act({ queue, log }: Session): Promise<number> {
    const { component = "", version = "", url, expires } = this;
    const expiresIn = inSeconds(expires);
    const wrong = this.#settings.filter(({ is_wrong }) => is_wrong);
    const warnings = this.#settings.filter(({ problem, is_wrong }) => problem !== null && !is_wrong);
    const details = { compared: this.#settings.length, wrong: problems(wrong), warnings: problems(warnings) };
    const passed = wrong.length === 0;
    log.info(describeCheck(await queue.checks.report({ component, version, name, passed, url, details, expiresIn })));
    return 0;
  }
}

function problems(settings: readonly ComparedSetting[]): Readonly<Record<string, string | null>> {
  return Object.fromEntries(settings.slice(0, mostNamed).map(({ setting, problem }) => [setting, problem]));
}

async function readSettings(path: string, option: string): Promise<Readonly<Record<string, string>>> {
  try {
    return parse(await readFile(path, "utf8"));
  } catch (error) {
    const why = reasonOf(error);
    throw new InvalidValueError(`${option} must be a file that can be read: ${why}`, { cause: error });
  }
}
