import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { RunningCli } from "./cli.js";
import type { CommandLine } from "./commandLine.js";

let agents = 0;

export interface TestTarget {
  readonly name: string;
  readonly component: string;
  readonly directory: string;
  /** As the file has it. */
  readonly written: object;
}

/** A target that allows everything in a folder of its own, unless told otherwise. */
export function agentTarget(folder: string, more: object = {}): TestTarget {
  const name = `target-${agents++}`;
  const directory = join(folder, name);
  mkdirSync(directory);
  const cell = { environment: "dev", provider: "vps", region: name, index: 0 };
  return {
    ...{ name, component: name, directory },
    written: {
      user: userInfo().username,
      component: name,
      cell,
      directories: [directory],
      commands: ["**"],
      last_command: "any",
      ...more,
    },
  };
}

/** A file for these targets. */
export function agentFile(folder: string, targets: readonly TestTarget[], more: object = {}): string {
  const file = join(folder, `agent-${agents++}.yaml`);
  const written = {
    name: `agent-${agents}`,
    ...more,
    targets: Object.fromEntries(targets.map((target) => [target.name, target.written])),
  };
  writeFileSync(file, stringify(written));
  return file;
}

/** Starts an agent in a process of its own, and waits until it serves its targets. */
export async function startAgent(
  cli: Pick<CommandLine, "launch">,
  file: string,
  variables: Readonly<Record<string, string | undefined>> = {},
): Promise<RunningCli> {
  const agent = cli.launch(["agent", "--config", file], variables);
  await agent.printed(/ serves /);
  return agent;
}
