import { tokenVariable } from "../client/serverUrl.js";
import type { LeveledLog } from "../display/log.js";
import { logOutages } from "../display/outages.js";
import { passOnTo } from "../display/passOn.js";
import { closeInTime, type Log, openLog, usualLimit } from "../logs/openLog.js";
import { outlastOutages } from "../queue/outage.js";
import type { Running } from "../queue/run.js";
import type { WayIn } from "../queue/wayIn.js";
import type { OutputListener } from "../supervision/guardedCommand.js";
import type { Session } from "./openSession.js";

export interface LogChoice {
  /** Whether what the command prints is kept; undefined: as the policy says. */
  readonly keepLog?: boolean | undefined;
  /** Variables of the environment whose values are masked in it. */
  readonly maskedVariables?: readonly string[] | undefined;
}

/** What a command prints, on its way to the streams of this process and to the log of its deployment. */
export interface CommandLog {
  readonly onOutput: OutputListener;
  /** The command is about to begin. @returns the log of the session, whose messages are notes in the log of the deployment as well */
  begin(running: Running): LeveledLog;
  /** The command has ended: waits a little while for the rest to be stored, since who follows the log stops at the end of the deployment. */
  end(failure: string | undefined): Promise<void>;
  /** Waits until everything is stored and shown. */
  written(): Promise<void>;
}

/** @returns undefined when no log is kept */
export async function openCommandLog(
  { queue, log, address }: Session,
  wayIn: WayIn,
  { keepLog, maskedVariables = [], outageTimeout }: LogChoice & { readonly outageTimeout: number },
): Promise<CommandLog | undefined> {
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
  const shown = { stdout: passOnTo(1), stderr: passOnTo(2) };
  let kept: Log | undefined;
  return {
    onOutput(stream, bytes) {
      kept?.write(stream, bytes);
      return shown[stream].pass(bytes);
    },
    begin({ deployment, keeper }) {
      const opened = openLog(queue.source, {
        ...{ deploymentId: deployment.id, keeper, outageTimeout, limit: policy?.limit ?? usualLimit },
        secrets: [...secrets, ...secretsOfAddress(address)],
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

function secretsOfAddress({ url, token = "" }: Session["address"]): string[] {
  const password = /^[a-z]+:\/\/[^/?#]*?:([^@/?#]*)@/i.exec(url)?.[1] ?? "";
  return [token, password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
