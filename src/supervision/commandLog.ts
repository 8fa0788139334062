import { tokenVariable } from "../client/serverUrl.js";
import { secretsOfUrl } from "../database/urlSecrets.js";
import { logOutages } from "../display/outages.js";
import type { PassOn } from "../display/passOn.js";
import { closeInTime, type Log, openLog, usualLimit } from "../logs/openLog.js";
import { outlastOutages } from "../queue/outage.js";
import type { Running } from "../queue/run.js";
import type { WayIn } from "../queue/wayIn.js";
import type { OutputListener } from "./guardedCommand.js";
import type { Keeper } from "./superviseCommands.js";

export interface LogChoice {
  /** Whether what the command prints is kept; undefined: as the policy says. */
  readonly keepLog?: boolean | undefined;
  /** Variables of the environment whose values are masked in it. */
  readonly maskedVariables?: readonly string[] | undefined;
  /** Values that are masked in it, too. */
  readonly secrets?: readonly string[] | undefined;
}

/** Where what a command prints is shown. */
export type Shown = Readonly<Record<"stdout" | "stderr", PassOn>>;

/** What a command prints, on its way to where it is shown and to the log of its deployment. */
export interface CommandOutput {
  readonly onOutput: OutputListener;
  /** The command is about to begin. @returns the log of the keeper, whose messages are notes in the log of the deployment as well */
  begin(running: Running): Keeper["log"];
  /** The command has ended: waits a little while for the rest to be stored, since who follows the log stops at the end of the deployment. */
  end(failure: string | undefined): Promise<void>;
  /** Waits until everything is stored and shown. */
  written(): Promise<void>;
}

/** @returns undefined when no log is kept */
export async function openCommandLog(
  { queue, log, address }: Keeper,
  wayIn: WayIn,
  {
    keepLog,
    maskedVariables = [],
    outageTimeout,
    ...choice
  }: LogChoice & {
    readonly outageTimeout: number | undefined;
  },
  shown: Shown,
): Promise<CommandOutput | undefined> {
  if (keepLog === false) {
    return undefined;
  }
  const read = () =>
    "enter" in wayIn ? queue.logs.settings(wayIn.deployment) : queue.logs.policy(wayIn.environment, wayIn.component);
  const policy = await outlastOutages(read, { outageTimeout, onEvent: logOutages(log) });
  if (!(keepLog ?? policy?.log ?? false)) {
    return undefined;
  }
  const secrets = secretsOf(process.env, maskedVariables, (name) =>
    log.warn(`${name} is not set, so its value is not masked in the log`),
  );
  let kept: Log | undefined;
  return {
    onOutput(stream, bytes) {
      kept?.write(stream, bytes);
      return shown[stream].pass(bytes);
    },
    begin({ deployment, keeper }) {
      const opened = openLog(queue.source, {
        ...{ deploymentId: deployment.id, keeper, outageTimeout, limit: policy?.limit ?? usualLimit },
        secrets: [...secrets, ...(choice.secrets ?? []), ...secretsOfUrl(address.url), address.token ?? ""],
        onLoss: (why) => log.warn(`the rest of the log of deployment ${deployment.id} is lost: ${why}`),
      });
      kept = opened;
      const noting = (level: "info" | "warn" | "error") => (message: string) => {
        log[level](message);
        opened.note(message);
      };
      return { ...log, info: noting("info"), warn: noting("warn"), error: noting("error") };
    },
    async end(failure) {
      if (failure !== undefined) {
        kept?.note(failure);
      }
      if (kept !== undefined) {
        await closeInTime(kept);
      }
    },
    async written() {
      await Promise.all([kept?.close(), shown.stdout.written(), shown.stderr.written()]);
    },
  };
}

/** Names of variables that likely hold a secret. */
const secretName = /(?:token|secret|password|passwd|passphrase|credentials?|(?:api|access|private|secret)_?key)$/i;
/** What is shorter and is only guessed to be a secret may be a word such as "true". */
const shortestGuess = 8;

function secretsOf(env: NodeJS.ProcessEnv, named: readonly string[], onMissing: (name: string) => void): string[] {
  const guessed = Object.entries(env).flatMap(([name, value = ""]) =>
    secretName.test(name) && value.length >= shortestGuess ? [value] : [],
  );
  const own = [tokenVariable, "PGPASSWORD"].map((name) => env[name] ?? "");
  const given = named.map((name) => {
    const value = env[name];
    if (value === undefined) {
      onMissing(name);
    }
    return value ?? "";
  });
  return [...guessed, ...own, ...given];
}
