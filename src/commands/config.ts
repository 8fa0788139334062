import { Command } from "clipanion";
import { serverOf } from "../client/serverUrl.js";
import { BaseCommand } from "../commandLine/baseCommand.js";
import { keyOf, settings } from "../commandLine/placeParts.js";
import { choose, defaultSources } from "../commandLine/placeSources.js";
import { serverUrlVariable } from "../database/connectionSettings.js";
import { renderTable } from "../tables/table.js";

export class ConfigCommand extends BaseCommand {
  static override paths = [["config"]];

  static override usage = Command.Usage({
    category: "Operation",
    description:
      "Show where start, run and stage deploy by default, where each value comes from, and which server is used",
    details: `
      An option goes before an environment variable, and a variable before the file \`.deploy-queue.toml\`. The file is searched from
      this folder up to the root of the repository, must belong to you, and is not read in CI. DEPLOY_QUEUE_CONFIG names another one,
      also in CI. It can have these keys, and no others: cell, or environment, provider, region and cell-index; and component.

      Two places are never mixed. After \`--region\`, a cell index counts only as an option too, since cell 1 of another region is
      another cell. After \`--cell\`, no variable of a place counts, and after any part of a place no name of a cell.

      Commands that list, stop or freeze know only what their own options say.
    `,
  });

  override async perform(): Promise<number> {
    const sources = await defaultSources(this.context.env);
    const choice = choose(sources);
    const server = serverOf(this.context.env)?.url;
    const ofServer =
      server === undefined ? [] : [{ setting: "server", value: server, source: serverUrlVariable, used: true }];
    const ofPlace = sources.flatMap((source) =>
      settings.flatMap((setting) => {
        const value = source[setting];
        return value === undefined
          ? []
          : [{ setting: keyOf(setting), value, source: source.nameOf(setting), used: choice[setting] === source }];
      }),
    );
    const rows = [...ofServer, ...ofPlace];
    const lines = rows.map(({ setting, value, source, used }) => [
      setting,
      String(value),
      used ? source : `${source} (not used)`,
    ]);
    const text =
      rows.length === 0 ? "No defaults: the options say it all." : renderTable(["default", "value", "from"], lines);
    this.print(text, rows);
    return 0;
  }
}
