import type { Work } from "../queue/calls/work.js";
import { InvalidValueError } from "../queue/errors.js";
import { outlastOutages } from "../queue/outage.js";
import type { Queue } from "../queue/queue.js";
import { allowedCommands, type Command } from "./allowedCommands.js";
import { openDirectory, type WorkingDirectory } from "./directory.js";
import { dotenvText } from "./dotenv.js";
import type { Target } from "./target.js";
import { findUser } from "./user.js";
import { readVariables, stageOf, type Variables } from "./variables.js";

/** What is there before the first command of a deployment begins. */
export interface Prepared {
  readonly commands: readonly Command[];
  readonly directory: WorkingDirectory;
  readonly environment: NodeJS.ProcessEnv;
  /** What each command line begins with, so that it runs as the user of the target. */
  readonly prefix: readonly string[];
}

/** Where commands are looked for when the agent itself does not know. */
const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Examines whether the target allows what a deployment asks for, and writes .env.
 * @param stop ends the wait for a database that is away
 * @param onSecrets told of the values that no log may show, before anything else is done with them
 * @throws InvalidValueError
 */
export async function prepareWork(
  queue: Queue,
  target: Target,
  { commands: texts, directory: wanted, ref_name: ref, deployment }: Work,
  stop: AbortSignal,
  onSecrets: (secrets: readonly string[]) => void,
): Promise<Prepared> {
  const stage = stageOf(target, ref);
  const variables = await readVariables(stage);
  onSecrets(variables.secrets);
  const commands = allowedCommands(target, texts);
  const { environment, component } = deployment;
  const isRequired = () => queue.environments.requiresVerification(environment, component);
  if (target.verification === undefined && (await outlastOutages(isRequired, { signal: stop }))) {
    throw new InvalidValueError(
      `${environment} requires that ${component} is verified, and the target ${target.name} has no verify`,
    );
  }
  const user = await findUser(target.user);
  const directory = await openDirectory(wanted ?? target.directories[0] ?? "", target.directories);
  try {
    if (stage?.writesFile === true) {
      await directory.write(".env", dotenvText(variables.values), user.ids);
    }
  } catch (error) {
    await directory.close();
    throw error;
  }
  return {
    commands,
    directory,
    environment: environmentOf(deployment.id, deployment.version, user.name, user.home, variables),
    prefix: user.prefix,
  };
}

/** Nothing of what the agent itself knows: commands must not learn how to reach the queue. */
function environmentOf(
  id: number,
  version: string | null,
  name: string,
  home: string,
  { values }: Variables,
): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"] || usualPath,
    HOME: home,
    USER: name,
    LANG: process.env["LANG"] || "C.UTF-8",
    ...values,
    DEPLOY_QUEUE_DEPLOYMENT_ID: String(id),
    DEPLOY_QUEUE_VERSION: version ?? undefined,
  };
}
