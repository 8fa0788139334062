import type { Cli } from "clipanion";
import { withMetavariables } from "../src/commandLine/metavariables.js";
import { topics } from "../src/commandLine/overview.js";
import { variables } from "../src/commandLine/variables.js";

/** man/deploy-queue.1: the overview, each command with its options, and the variables. */
export function manPage(cli: Pick<Cli, "definitions">, version: string): string {
  const definitions = cli.definitions().filter(({ path }) => !/ -[hv]$/.test(path));
  return [
    `.\\" Generated from the commands themselves.`,
    `.TH DEPLOY\\-QUEUE 1 "" "deploy\\-queue ${version}"`,
    section("NAME", "deploy\\-queue \\- deployments stand in line for the places that they change"),
    section("SYNOPSIS", ".B deploy\\-queue\n.I command\n[options]"),
    section(
      "DESCRIPTION",
      ...topics.flatMap(([title, commands]) => [
        `.SS ${title}`,
        ...commands.map(([words, summary]) => item(words, summary)),
      ]),
    ),
    section(
      "COMMANDS",
      ...definitions.flatMap(({ usage, description, options }) => [
        `.SS ${text(withMetavariables(usage).replace(/^deploy-queue /, ""))}`,
        text(description ?? ""),
        ...options.map((option) => item(withMetavariables(option.definition), option.description ?? "")),
      ]),
    ),
    section("ENVIRONMENT", ...variables.map(({ name, meaning, unset }) => item(name, `${meaning}. Default: ${unset}`))),
    section(
      "EXIT STATUS",
      text(
        "0 done; 1 unexpected error; 2 usage; 3 unknown name or id; 4 refused; 5 cancelled; 6 the wait timed out; 7 the database cannot be reached. run exits as its command does.",
      ),
    ),
    "",
  ].join("\n");
}

function section(title: string, ...parts: readonly string[]): string {
  return [`.SH ${title}`, ...parts].join("\n");
}

function item(term: string, meaning: string): string {
  return `.TP\n.B ${text(term)}\n${text(meaning)}`;
}

/** A line that troff prints as it is. */
function text(line: string): string {
  const escaped = line.trim().replaceAll("\\", "\\e").replaceAll("-", "\\-");
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
