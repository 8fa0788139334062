import type { Call } from "../queue/forecast.js";

/** Functions whose command has another name than theirs with blanks between the words. */
const commands: Readonly<Record<string, string>> = {
  add_window: "window add",
  cancel: "cancel deployment",
  set_environment: "environment set",
};

/** Arguments that are written without their option's name. */
const positional: Readonly<Record<string, readonly string[]>> = {
  set_environment: ["environment"],
};

/**
 * A call of a function of the database as its command on the command line: ids stand by themselves, other arguments are options
 * of their name, and what is left to fill in is "...".
 */
export function callAsCommand({ function: name, arguments: values }: Call): string {
  const isPositional = (argument: string): boolean =>
    argument.endsWith("_id") || (positional[name]?.includes(argument) ?? false);
  const words = Object.entries(values).toSorted(
    ([one], [other]) => Number(isPositional(other)) - Number(isPositional(one)),
  );
  return [
    "deploy-queue",
    commands[name] ?? name.replaceAll("_", " "),
    ...words.flatMap(([argument, value]) => [
      ...(isPositional(argument) ? [] : [`--${argument.replaceAll("_", "-")}`]),
      value ?? "...",
    ]),
  ].join(" ");
}
