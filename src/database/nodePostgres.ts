import type pg from "pg";
import { type ConnectionSettings, connectionSettings } from "./connectionSettings.js";
import type { Database } from "./database.js";
import { withLocalUrl } from "./localUrl.js";
import { primaryOf } from "./primary.js";
import { sessionOptions } from "./session.js";
import { SettingsStream } from "./settingsStream.js";

/** The same connection as that of the database, for node-postgres, which asks no variables for any of it. */
export async function nodePostgresConfig(url: string, database: Database): Promise<pg.ClientConfig> {
  const settings = await primaryOf(connectionSettings(url));
  const { hosts, user, password, keepAlive } = settings;
  const [host] = hosts;
  return {
    host: host.name,
    port: host.port,
    user,
    password: () => password,
    database: settings.database,
    application_name: settings.applicationName ?? database.applicationName,
    ssl: false,
    sslnegotiation: "postgres",
    stream: () => new SettingsStream(settings),
    options: await optionsFor(settings, database),
    keepAlive: keepAlive !== null,
    keepAliveInitialDelayMillis: (keepAlive ?? 0) * 1000,
  };
}

/** The same for graphile-migrate, which takes a URL only, and opens more than one connection with it. */
export async function withNodePostgresUrl<Result>(
  url: string,
  database: Database,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const settings = await primaryOf(connectionSettings(url));
  const options = await optionsFor(settings, database);
  const startup = {
    user: settings.user,
    database: settings.database,
    client_encoding: "UTF8",
    application_name: settings.applicationName ?? database.applicationName,
    ...(options !== "" && { options }),
  };
  return withLocalUrl(settings, startup, use);
}

async function optionsFor({ options }: ConnectionSettings, database: Database): Promise<string> {
  return (await database.session()).fixed ? sessionOptions(options) : options;
}
