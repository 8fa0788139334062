import type { Call } from "../queue/forecast.js";
import { shellWords } from "./shellWords.js";

/** What hints and cures name: functions and views of the database, each with its command. */
const commands: ReadonlyMap<string, string> = new Map([
  ["add_cell", "cell add"],
  ["add_trust", "trust add"],
  ["add_webhook", "webhook add"],
  ["add_window", "window add"],
  ["approve", "approve"],
  ["allow_through_freeze", "freeze allow"],
  ["bad_versions_in_force", "list bad-versions"],
  ["bump", "bump"],
  ["cancel", "cancel deployment"],
  ["cells", "list cells"],
  ["create_roles", "roles create"],
  ["create_token", "token create"],
  ["current_deployments", "list running"],
  ["disallow_through_freeze", "freeze disallow"],
  ["disapprove", "disapprove"],
  ["edit_freeze", "freeze edit"],
  ["enqueue", "start"],
  ["fail", "fail"],
  ["finish", "finish"],
  ["freezes_in_force", "list freezes"],
  ["grant_role", "roles grant"],
  ["latest_checks", "list checks"],
  ["hand_over", "release --agent"],
  ["health", "doctor"],
  ["hold_line", "hold-line"],
  ["mark_bad", "mark-bad"],
  ["mark_good", "mark-good"],
  ["latest_deployments", "list latest"],
  ["known_targets", "list targets"],
  ["known_tokens", "token list"],
  ["known_trusts", "trust list"],
  ["known_webhooks", "webhook list"],
  ["purge", "purge"],
  ["queue", "list queue"],
  ["redeem", "start --reservation"],
  ["register_targets", "agent"],
  ["release", "release"],
  ["release_line", "release-line"],
  ["remove_trust", "trust remove"],
  ["remove_webhook", "webhook remove"],
  ["remove_environment", "environment remove"],
  ["report_check", "check report"],
  ["retire_cell", "cell retire"],
  ["revoke_token", "token revoke"],
  ["set_cell", "cell set"],
  ["set_component", "environment set"],
  ["set_environment", "environment set"],
  ["start_now", "start-now"],
  ["waiting_on", "explain"],
  ["wanted_approvals", "list approvals"],
  ["webhook_deliveries", "webhook list"],
  ["windows", "list windows"],
]);

/** What else a hint has to say where it names a call without arguments. */
const moreWords: Readonly<Record<string, string>> = { set_environment: " ... --create" };

/** Arguments that are written without their option's name. */
const positional: Readonly<Record<string, readonly string[]>> = {
  confirm: ["confirmation"],
  remove_environment: ["environment"],
  set_component: ["environment"],
  set_environment: ["environment"],
};

/** Options that have another name than the argument. */
const optionNames: Readonly<Record<string, string>> = {
  cloud_provider: "provider",
  closes_at: "to",
  confirmation: "confirm",
  join_parent: "join",
  opens_at: "from",
};

/** "--reason ..."; what is only true or not is an option without a value. */
function optionWords(argument: string, value: string | null): string[] {
  const option = `--${(optionNames[argument] ?? argument).replaceAll("_", "-")}`;
  return value === "true" ? [option] : [option, value ?? "..."];
}

/** The four parts of a cell as its name, where the cell must be known. */
function withCell(name: string, values: Call["arguments"]): Call["arguments"] {
  const { environment, cloud_provider, region, cell_index, ...others } = values;
  const parts = [environment, cloud_provider, region, cell_index];
  if (name === "enqueue" && environment !== undefined && cloud_provider !== undefined) {
    return { environment, cloud_provider, region: region ?? null, cell_index: cell_index ?? null, ...others };
  }
  return parts.every((part) => typeof part === "string")
    ? { cell: `${environment}-${cloud_provider}-${region}-cell-${cell_index}`, ...others }
    : values;
}

/**
 * A call of a function of the database as its command on the command line: ids stand by themselves, other arguments are options
 * of their name, and what is left to fill in is "...". A function that is not listed gives its name to its command.
 */
export function callAsCommand({ function: name, arguments: given }: Call): string {
  const values = withCell(name, given);
  const isPositional = (argument: string): boolean =>
    argument.endsWith("_id") || (positional[name]?.includes(argument) ?? false);
  const rank = (argument: string): number => Number(argument.endsWith("_id")) + Number(isPositional(argument));
  const words = Object.entries(values).toSorted(([one], [other]) => rank(other) - rank(one));
  return shellWords([
    "deploy-queue",
    ...(commands.get(name) ?? name.replaceAll("_", " ")).split(" "),
    ...words.flatMap(([argument, value]) => (isPositional(argument) ? [value ?? "..."] : optionWords(argument, value))),
  ]);
}

/**
 * A hint or notice of the database for the command line: the calls and views that it names, as commands where there is one, and
 * arguments, such as join_parent => true, as options.
 */
export function callsAsCommands(text: string): string {
  const withOptions = text.replace(/\b(\w+) => (\w+)/g, (_, argument: string, value: string) =>
    optionWords(argument, value).join(" "),
  );
  return withOptions.replace(
    /\bdeploy_queue\.(\w+)(?:\((\d*)((?:, --[\w-]+)*)\)|(?![\w(]))/g,
    (sql: string, name: string, id?: string, options = "") => {
      const command = commands.get(name);
      const words = id ? ` ${id}${options.replaceAll(",", "")}` : (moreWords[name] ?? "");
      return command === undefined ? sql : `"deploy-queue ${command}${words}"`;
    },
  );
}
