/** What stands for the value of an option in help, where the name of the option does not say it. */
const metavariables: Readonly<Record<string, string>> = {
  "--buffer-time": "duration",
  "--cell": "name",
  "--cell-index": "number",
  "--cells": "open|closed",
  "--config": "file",
  "--days": "days",
  "--deployment-id": "id",
  "--details": "file",
  "--expires": "duration",
  "--failed": "id",
  "--from": "time",
  "--grace-period": "duration",
  "--heartbeat-timeout": "duration",
  "--ignore": "names",
  "--limit": "number",
  "--log": "on|off",
  "--log-limit": "size",
  "--log-retention": "duration",
  "--mask": "variable",
  "--max-duration": "duration",
  "--max-reservation": "duration",
  "--not-after": "time",
  "--not-before": "time",
  "--on-lost-contact": "stop|continue",
  "--outage-timeout": "duration",
  "--on-failure": "command",
  "--parent": "id",
  "--priority": "number",
  "--retention": "duration",
  "--rollback-of": "id",
  "--since": "time",
  "--slots": "number",
  "--trust-staged-by": "role",
  "--unkept-after": "duration",
  "--until": "time",
  "--valid-for": "duration",
  "--verify": "command",
  "--verify-every": "duration",
  "--verify-for": "duration",
  "--verify-hold": "duration",
  "--wait-timeout": "duration",
  "--worker": "host",
};

/** A text of the parser, which writes "#0" for every value, with what the value is: "--wait-timeout <duration>". */
export function withMetavariables(text: string): string {
  return text
    .replace(/<((?:-\w,)?--[a-z-]+ #\d+)>/g, "$1")
    .replace(/(--[a-z-]+) #\d+/g, (_, option: string) => `${option} <${metavariables[option] ?? option.slice(2)}>`);
}

/** The help of a command with the options that it requires in its first line, and the list of options aligned once more. */
export function readableHelp(text: string): string {
  const help = withMetavariables(text);
  const option = /^ {2}(-\S+(?: <[^>]+>)?) {2,}(\S.*)$/;
  const lines = help.split("\n");
  const options = lines.flatMap((line) => option.exec(line)?.slice(1, 3) ?? []);
  const definitions = options.filter((_, index) => index % 2 === 0);
  const required = definitions.filter((_, index) => options[2 * index + 1]?.endsWith("(required)"));
  const width = Math.max(0, ...definitions.map((definition) => definition.length));
  return lines
    .map((line) =>
      line
        .replace(option, (_, definition: string, meaning: string) => `  ${definition.padEnd(width)}  ${meaning}`)
        .replace(/^\S*\$ .*$/, (synopsis) => [synopsis, ...required.map((one) => one.replace(/^-\w,/, ""))].join(" ")),
    )
    .join("\n");
}
