import { access, constants, stat } from "node:fs/promises";
import { InvalidValueError, reasonOf } from "../queue/errors.js";
import type { Path } from "../text/yamlSource.js";
import { type AgentFileReading, readAgentFile } from "./readAgentFile.js";
import type { Target, Variable } from "./target.js";
import { findUser } from "./user.js";

/** The file of an agent, where this machine has all that it names. */
export async function readUsableFile(file: string): Promise<AgentFileReading> {
  const reading = readAgentFile(file);
  const missing = (await Promise.all((reading.readable?.targets ?? []).map(missingOf))).flat();
  const problems = [...reading.problems, ...missing.map(({ path, why }) => reading.problemAt(path, why))];
  return { ...reading, problems, settings: problems.length === 0 ? reading.settings : undefined };
}

interface Missing {
  readonly path: Path;
  readonly why: string;
}

/** What this machine does not have of what a target names. */
async function missingOf({ name, user, directories, stages }: Target): Promise<Missing[]> {
  const looks: [Path, Promise<unknown>][] = [
    [["targets", name, "user"], findUser(user)],
    ...directories.map((directory, index): [Path, Promise<unknown>] => [
      ["targets", name, "directories", index],
      findDirectory(directory),
    ]),
    ...stages.flatMap((stage) =>
      Object.entries(stage.variables).map(([variable, value]): [Path, Promise<unknown>] => [
        ["targets", name, "stages", stage.name, "env", variable],
        findSource(value),
      ]),
    ),
  ];
  const outcomes = await Promise.allSettled(looks.map(([, look]) => look));
  return outcomes.flatMap((outcome, index) =>
    outcome.status === "rejected" ? [{ path: looks[index]?.[0] ?? [], why: reasonOf(outcome.reason) }] : [],
  );
}

async function findDirectory(path: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) {
    throw new InvalidValueError(`${path} is no directory`);
  }
}

async function findSource(variable: Variable): Promise<void> {
  if (typeof variable === "string" || "command" in variable) {
    return;
  }
  if ("file" in variable) {
    await access(variable.file, constants.R_OK);
  } else if (process.env[variable.environment] === undefined) {
    throw new InvalidValueError(`the environment of the agent has no ${variable.environment}`);
  }
}
