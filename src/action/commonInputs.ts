import { getInput, setSecret, warning } from "@actions/core";
import { checkServer, tokenVariable } from "../client/serverUrl.js";
import { databaseUrlVariable, serverUrlVariable } from "../database/connectionSettings.js";
import { checkConnectionUrl } from "../database/connectionUrl.js";
import { decoded, secretsOfUrl } from "../database/urlSecrets.js";
import { InvalidValueError } from "../queue/errors.js";
import type { Address } from "../queue/openSource.js";
import { InputReader } from "./inputReader.js";
import { savedInput } from "./state.js";
import type { JobContext } from "./workflow.js";

/** What every mode takes. */
export interface CommonInputs {
  readonly address: Address;
  /** In milliseconds. */
  readonly outageTimeout: number | undefined;
  readonly slack: SlackInputs | undefined;
  readonly job: JobContext;
}

export interface SlackInputs {
  readonly channel: string;
  readonly token: string;
  readonly apiUrl: string | undefined;
}

/** What the post step needs. How the job ended is not among them: the main step does not know. */
const savedNames = [
  "outage-timeout",
  "slack-channel-id",
  "slack-bot-token",
  "slack-api-url",
  "check-run-id",
  "job-index",
] as const;

/** Leaves the inputs for the post step. Reading them has masked what is secret in them. */
export function saveCommonInputs({ address: { url, token } }: CommonInputs): void {
  savedInput(token === undefined ? "database-url" : "server-url").save(url);
  savedInput("server-token").save(token ?? "");
  for (const name of savedNames) {
    savedInput(name).save(getInput(name));
  }
}

/**
 * For the post step: the inputs of the main step.
 * @throws InvalidValueError that names everything that is wrong
 */
export function readSavedInputs(): CommonInputs {
  const reader = new InputReader((name) => savedInput(name).read() || getInput(name));
  return reader.checked(readCommon(reader));
}

export function readCommon(reader: InputReader): CommonInputs {
  return {
    address: readServer(reader) ?? { url: readDatabaseUrl(reader) },
    outageTimeout: reader.duration("outage-timeout"),
    slack: readSlack(reader),
    job: {
      checkRunId: reader.optional("check-run-id") ?? "",
      jobIndex: reader.optional("job-index") ?? "",
      jobStatus: reader.optional("job-status") ?? "",
    },
  };
}

function readServer(reader: InputReader): Address | undefined {
  const url = reader.optional("server-url") ?? "";
  const token = reader.optional("server-token") ?? process.env[tokenVariable]?.trim();
  if (token) {
    setSecret(token);
  }
  const given = url === "" ? process.env[serverUrlVariable]?.trim() : url;
  if (!given || (url === "" && reader.optional("database-url") !== undefined)) {
    return undefined;
  }
  if (reader.optional("database-url") !== undefined) {
    reader.problem("server-url and database-url are both given");
    return undefined;
  }
  try {
    return checkServer({ url: given, token }, url === "" ? serverUrlVariable : "server-url");
  } catch (error) {
    if (!(error instanceof InvalidValueError)) {
      throw error;
    }
    reader.problem(error.message);
    return { url: "" };
  }
}

function readDatabaseUrl(reader: InputReader): string {
  const input = reader.optional("database-url");
  const url = input ?? process.env[databaseUrlVariable]?.trim() ?? "";
  if (url === "") {
    reader.problem(`database-url is missing, and so is the variable ${databaseUrlVariable}`);
    return "";
  }
  maskUrl(url);
  try {
    return checkConnectionUrl(url, input === undefined ? databaseUrlVariable : "database-url");
  } catch (error) {
    if (!(error instanceof InvalidValueError)) {
      throw error;
    }
    reader.problem(error.message);
    return "";
  }
}

/**
 * Masks the password by itself as well, and the pieces into which a program that misreads the URL may cut it: a message of the server
 * or of a program may show them without the rest.
 */
function maskUrl(url: string): void {
  const credentials = /^(?:[a-z]+:\/*)?[^:]*:(.*)@/s.exec(url)?.[1] ?? "";
  const secrets = [credentials, ...secretsOfUrl(url), process.env["PGPASSWORD"] ?? ""];
  const pieces = secrets.flatMap((secret) => secret.split(/[@:/?#&,=%]/)).filter((piece) => piece.length > 3);
  for (const secret of new Set([url, ...secrets, ...pieces].flatMap((text) => [text, decoded(text)]))) {
    if (secret !== "") {
      setSecret(secret);
    }
  }
}

function readSlack(reader: InputReader): SlackInputs | undefined {
  const channel = reader.optional("slack-channel-id");
  const token = reader.optional("slack-bot-token");
  if (token !== undefined) {
    setSecret(token);
  }
  if (channel !== undefined && token !== undefined) {
    return { channel, token, apiUrl: reader.optional("slack-api-url") };
  }
  if (channel !== undefined || token !== undefined) {
    warning(`Slack: no messages are sent: slack-${channel === undefined ? "channel-id" : "bot-token"} is missing`);
  }
  return undefined;
}
