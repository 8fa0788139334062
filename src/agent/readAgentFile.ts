import { isAbsolute, normalize } from "node:path";
import type { Static } from "typebox";
import { Compile } from "typebox/compile";
import { reasonOf } from "../queue/errors.js";
import { parseBytes } from "../text/bytes.js";
import { parseDuration } from "../text/durations.js";
import { readYaml } from "../text/readYaml.js";
import type { Path } from "../text/yamlSource.js";
import { AgentFile, type WrittenStage, type WrittenTarget } from "./schema.js";
import type { AgentSettings, Stage, Target } from "./target.js";

/** The file of an agent, or what is wrong with it, each problem as one line that begins with the place. */
export interface AgentFileReading {
  readonly settings: AgentSettings | undefined;
  /** What can be read of it, also where something else is wrong: for those who look for more problems. */
  readonly readable?: AgentSettings | undefined;
  readonly problems: readonly string[];
  /** A problem with a part of the file that shows only when the file is used. */
  readonly problemAt: (path: Path, what: string) => string;
}

const check = Compile(AgentFile);

export function readAgentFile(file: string): AgentFileReading {
  const { written, problems: found, problemAt } = readYaml(file, AgentFile);
  const problems = [...found];
  const sound = withoutFlawed(written);
  const readable = sound && settingsOf(sound, (path, what) => problems.push(problemAt(path, what)));
  return { settings: problems.length === 0 ? readable : undefined, readable, problems, problemAt };
}

/** The file with those of its targets that the schema allows; undefined where there are none. */
function withoutFlawed(value: unknown): Static<typeof AgentFile> | undefined {
  const targets = Object.entries(Object(Object(value).targets)).filter(([name, target]) =>
    check.Check({ targets: { [name]: target } }),
  );
  const rest = { targets: Object.fromEntries(targets) };
  const whole = { ...Object(value), ...rest };
  return check.Check(whole) ? whole : check.Check(rest) ? rest : undefined;
}

type Report = (path: Path, what: string) => void;

function settingsOf(written: Static<typeof AgentFile>, report: Report): AgentSettings {
  return {
    name: written.name,
    deploymentsAtOnce: written.deployments_at_once ?? 1,
    targets: Object.entries(written.targets).map(([name, target]) => {
      if (!/^[\w.-]{1,100}$/.test(name)) {
        report(["targets", name], "the name of a target has letters, digits, _, . and - only");
      }
      return targetOf(name, target, report);
    }),
  };
}

/** The rule of those who restart a program of supervisord last; it names one program. */
const supervised = ["supervisorctl start *", "supervisorctl restart *"];

function targetOf(name: string, written: WrittenTarget, report: Report): Target {
  const path = ["targets", name];
  const read = <Result>(
    key: keyof WrittenTarget,
    parse: (text: string, what: string) => Result,
    otherwise: Result,
  ): Result => {
    try {
      const text = written[key];
      return typeof text === "string" ? parse(text, "it") : otherwise;
    } catch (error) {
      report([...path, key], reasonOf(error));
      return otherwise;
    }
  };
  for (const [index, directory] of written.directories.entries()) {
    if (!isAbsolute(directory) || normalize(directory).replace(/(.)\/$/, "$1") !== directory.replace(/(.)\/$/, "$1")) {
      report([...path, "directories", index], "it must be a whole path that begins with / and has no ..");
    }
  }
  for (const key of ["verify_for", "verify_every", "verify_hold"] as const) {
    if (written[key] !== undefined && written.verify === undefined) {
      report([...path, key], "it needs verify");
    }
  }
  const { cell, last_command: last } = written;
  const every = read("verify_every", parseDuration, 10_000);
  if (every < 100) {
    report([...path, "verify_every"], "it must be 100ms or more");
  }
  const patience = {
    within: read("verify_for", parseDuration, 300_000),
    every,
    hold: read("verify_hold", parseDuration, 0),
  };
  return {
    name,
    component: written.component,
    environment: cell.environment,
    cloudProvider: cell.provider,
    region: cell.region,
    cellIndex: cell.index,
    directories: written.directories,
    refs: written.refs,
    user: written.user,
    commands: written.commands,
    lastCommand: last === "any" ? undefined : (last ?? supervised),
    shell: written.shell ?? false,
    stages: Object.entries(written.stages ?? {}).map(([stage, value]) =>
      stageOf(stage, value, [...path, "stages", stage], report),
    ),
    commandTimeout: read("command_timeout", parseDuration, 1_800_000),
    timeout: read("timeout", parseDuration, 3_600_000),
    gracePeriod: read("grace_period", parseDuration, 30_000),
    logLimit: read("log_limit", parseBytes, undefined),
    verification: written.verify === undefined ? undefined : { check: written.verify, ...patience },
    onFailure: written.on_failure,
  };
}

function stageOf(
  name: string,
  { refs = [], env = {}, env_file = true }: WrittenStage,
  path: Path,
  report: Report,
): Stage {
  for (const variable of Object.keys(env)) {
    if (!/^[A-Za-z_]\w*$/.test(variable)) {
      report(
        [...path, "env", variable],
        "the name of a variable has only letters, digits and _, and does not begin with a digit",
      );
    } else if (/^DEPLOY_QUEUE_/.test(variable)) {
      report([...path, "env", variable], "names that begin with DEPLOY_QUEUE_ are those of the agent");
    }
  }
  return { name, refs, variables: env, writesFile: env_file };
}
