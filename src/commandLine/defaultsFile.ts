import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { InvalidValueError } from "../database/errors.js";
import { isTrue } from "../database/privateServer.js";
import { reasonOf } from "../database/reasons.js";
import { keyOf, type PlaceAndComponent, readSettings, settings } from "./placeParts.js";

const fileName = ".deploy-queue.toml";

export interface DefaultsFile extends PlaceAndComponent {
  readonly path: string;
}

interface Text {
  readonly path: string;
  readonly text: string;
}

/**
 * The defaults in the file that DEPLOY_QUEUE_CONFIG names; else, outside of CI, in the nearest .deploy-queue.toml between this
 * directory and the root of its repository.
 * @throws InvalidValueError for a file that cannot be read, belongs to another user, or has another key
 */
export async function readDefaultsFile(
  env: Readonly<Record<string, string | undefined>>,
  directory = process.cwd(),
): Promise<DefaultsFile | undefined> {
  const named = env["DEPLOY_QUEUE_CONFIG"]?.trim();
  const file = named ? read(named) : isTrue(env["CI"]) ? undefined : find(directory);
  return file === undefined ? undefined : parse(file);
}

function find(directory: string): Text | undefined {
  for (const folder of withinRepository(directory)) {
    const path = join(folder, fileName);
    if (existsSync(path)) {
      return read(path, { own: true });
    }
  }
  return undefined;
}

/** The directory and those above it, up to the root of the repository; outside of a repository it alone. */
function withinRepository(directory: string): string[] {
  const folders = [directory];
  for (let folder = directory; !existsSync(join(folder, ".git")); ) {
    const parent = dirname(folder);
    if (parent === folder) {
      return [directory];
    }
    folders.push(parent);
    folder = parent;
  }
  return folders;
}

/** @param own whether it must belong to this user: in a folder that others may write to, they could say where this user deploys */
function read(path: string, { own = false } = {}): Text {
  let file: number | undefined;
  try {
    // Neither follows a link to another file nor waits at a pipe.
    file = openSync(path, constants.O_RDONLY | (own ? constants.O_NOFOLLOW | constants.O_NONBLOCK : 0));
    const owner = fstatSync(file).uid;
    if (own && process.getuid !== undefined && owner !== process.getuid()) {
      throw new InvalidValueError(`${path} belongs to another user, and is not used`, {
        hint: `Remove it, make it yours, or name a file that you trust in DEPLOY_QUEUE_CONFIG.`,
      });
    }
    return { path, text: readFileSync(file, "utf8") };
  } catch (error) {
    if (error instanceof InvalidValueError || !(error instanceof Error)) {
      throw error;
    }
    throw new InvalidValueError(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  } finally {
    if (file !== undefined) {
      closeSync(file);
    }
  }
}

async function parse(file: Text): Promise<DefaultsFile> {
  const { path } = file;
  const keys = settings.map(keyOf);
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(await tableOf(file))) {
    if (!keys.includes(key)) {
      throw new InvalidValueError(`${path} must not have ${key}`, {
        hint: `It can have ${keys.join(", ")}, and nothing else.`,
      });
    }
    if (typeof value !== "string" && typeof value !== "number") {
      throw new InvalidValueError(`${path}: ${key} must be a text or a number`);
    }
    texts.set(key, String(value));
  }
  const values = readSettings(
    (setting) => texts.get(keyOf(setting)),
    (setting) => `${path}: ${keyOf(setting)}`,
  );
  return { path, ...values };
}

async function tableOf({ path, text }: Text): Promise<object> {
  // Loaded here, because most command lines have no file.
  const { parse: parseToml, TomlError } = await import("smol-toml");
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) {
      throw error;
    }
    const [reason] = error.message.split("\n", 1);
    throw new InvalidValueError(`${path}, line ${error.line}: ${reason}`, { cause: error });
  }
}
