import { type CommandClass, formatMarkdownish } from "clipanion";
import { variables } from "./variables.js";

type Topic = readonly [title: string, commands: readonly (readonly [words: string, summary: string])[]];

/** Every first word that people type, by what they want to do. The commands themselves are not loaded for it: help is to be quick. */
export const topics: readonly Topic[] = [
  [
    "Deploy",
    [
      ["run", "Wait for the turn, run a command, and tell how it ended"],
      ["start", "Wait for the turn and start; the caller deploys then"],
      ["submit", "Let an agent run commands on its machine when it is their turn"],
      ["reserve", "Take a place in the line for what is still being built"],
      ["finish, fail", "End what was started: its work is done, or has failed"],
      ["heartbeat", "Keep a deployment alive whose work is elsewhere"],
      ["assert", "Check that a deployment still holds its cell"],
    ],
  ],
  [
    "See",
    [
      ["status", "Everything about a place, and the next command to type"],
      ["list", "queue, running, deployments, latest, freezes and others"],
      ["info, history, logs", "One deployment, what happened to it, and what its work has printed"],
      ["explain, preflight", "Why a deployment has not started, or would not"],
    ],
  ],
  [
    "Act",
    [
      ["cancel", "Cancel a deployment, a version, or all in a place"],
      ["bump, start-now", "Let a deployment pass others, or all rules in an emergency"],
      ["check", "Report what tests have found, for environments that ask for it"],
      ["approve, disapprove", "Say yes or no to a deployment that waits for others"],
      ["freeze, thaw", "Let nothing start in a place but what is allowed, and lift that again"],
      ["hold-line, release-line", "Stop the line of a cell, and let it go on"],
      ["confirm", "Bring the phrase that a waiting deployment needs"],
      ["mark-bad, mark-good", "Withdraw a version everywhere, and take that back"],
      ["stage, release, purge", "Prepare deployments that wait until they are let go"],
    ],
  ],
  [
    "Set up",
    [
      ["environment, cell", "Places and their policies"],
      ["window", "When deployments of an environment may start"],
      ["roles, token, trust", "Who may do what, in SQL and over HTTP"],
      ["config, completion", "Defaults of the place, and the tab key of your shell"],
      ["migrate, adopt", "Make the schema, or take the predecessor's over"],
    ],
  ],
  [
    "Operate",
    [
      ["doctor", "Examine the database and the queue, and say what to do"],
      ["serve, agent", "The queue over HTTP; commands of deployments on this machine"],
      ["worker, webhook", "Work in the background, and whom it tells of what happens"],
      ["database", "This user's own PostgreSQL"],
    ],
  ],
];

export function overviewText(version: string, bold: (text: string) => string): string {
  const width = Math.max(...topics.flatMap(([, commands]) => commands.map(([words]) => words.length)));
  return [
    `deploy-queue ${version}: deployments stand in line for the places that they change`,
    ...topics.flatMap(([title, commands]) => [
      bold(title),
      ...commands.map(([words, summary]) => `  ${words.padEnd(width)}  ${summary}`),
    ]),
    "",
    '"deploy-queue start --help" is about one command, "deploy-queue list --help" about a group,',
    'and "deploy-queue help variables" about environment variables. All of it: docs/cli.md',
    "",
  ].join("\n");
}

/** The commands of a group, such as list. */
export function groupText(commands: readonly CommandClass[]): string {
  const rows = commands.map(
    ({ paths, usage }) => [paths?.[0]?.join(" ") ?? "", plain(usage?.description ?? "")] as const,
  );
  const width = Math.max(...rows.map(([path]) => path.length));
  return [...rows.map(([path, description]) => `deploy-queue ${path.padEnd(width)}  ${description}`), ""].join("\n");
}

export function variablesText(bold: (text: string) => string): string {
  return variables
    .map(({ name, meaning, unset }) => `${bold(name)}\n    ${meaning}\n    Default: ${unset}\n`)
    .join("\n");
}

function plain(description: string): string {
  const format = {
    header: (text: string) => text,
    bold: (text: string) => text,
    error: (text: string) => text,
    code: (text: string) => text,
  };
  return formatMarkdownish(description, { format, paragraphs: false }).trim();
}
