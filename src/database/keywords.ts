import { InvalidValueError } from "./errors.js";
import { serviceNamed } from "./libpqFiles.js";

/** Keywords of libpq that mean something here, and their variables. */
const keywords: Readonly<Record<string, string | undefined>> = {
  host: "PGHOST",
  hostaddr: "PGHOSTADDR",
  port: "PGPORT",
  user: "PGUSER",
  password: "PGPASSWORD",
  passfile: "PGPASSFILE",
  dbname: "PGDATABASE",
  service: "PGSERVICE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  sslpassword: undefined,
  sslcrl: "PGSSLCRL",
  ssl_min_protocol_version: "PGSSLMINPROTOCOLVERSION",
  ssl_max_protocol_version: "PGSSLMAXPROTOCOLVERSION",
  sslnegotiation: "PGSSLNEGOTIATION",
  channel_binding: "PGCHANNELBINDING",
  gssencmode: "PGGSSENCMODE",
  target_session_attrs: "PGTARGETSESSIONATTRS",
  options: "PGOPTIONS",
  // PGAPPNAME is not heeded: the queue shows which of its commands a session belongs to.
  application_name: undefined,
  require_auth: "PGREQUIREAUTH",
  connect_timeout: "PGCONNECT_TIMEOUT",
  keepalives: undefined,
  keepalives_idle: undefined,
};

/** Those that the queue settles by itself, and those that change nothing for a queue. */
const harmless = new Set(
  "client_encoding fallback_application_name gssdelegation gsslib keepalives_count keepalives_interval krbsrvname load_balance_hosts max_protocol_version sslcompression sslsni tcp_user_timeout".split(
    " ",
  ),
);

/** Variables that ask libpq for protection which there is none of here. */
const unmet = ["PGREQUIREPEER", "PGSSLCRLDIR"];

const numbers = ["connect_timeout", "keepalives", "keepalives_idle", "keepalives_count", "keepalives_interval"];

/** The value of a keyword; undefined where it is not given. */
export type Given = (keyword: string) => string | undefined;

/**
 * What the URL says, else its service, else the variables of libpq.
 * @throws InvalidValueError for a keyword that is not known, or a value that its keyword cannot have
 */
export function givenKeywords(inUrl: ReadonlyMap<string, string>, malformed: (reason: string) => Error): Given {
  // The spelling of JDBC, which libpq takes as well.
  const jdbc = inUrl.get("ssl") === "true";
  for (const keyword of inUrl.keys()) {
    if (!isKnown(keyword) && !(keyword === "ssl" && jdbc)) {
      throw malformed(
        `${/^[a-z_]+$/.test(keyword) ? `its parameter ${keyword}` : "one of its parameters"} is not known; a setting of the server is given as options=-c%20name%3Dvalue`,
      );
    }
  }
  const [variable] = unmet.filter((one) => process.env[one]);
  if (variable !== undefined) {
    throw new InvalidValueError(`${variable} is set, and cannot be heeded`, { hint: `Unset ${variable}.` });
  }
  const name = inUrl.get("service") ?? process.env["PGSERVICE"];
  const service = name ? serviceNamed(name) : new Map<string, string>();
  if ([...service.keys()].some((keyword) => !isKnown(keyword))) {
    throw new InvalidValueError("the service that the URL or PGSERVICE names has a keyword that is not known");
  }
  const given: Given = (keyword) =>
    inUrl.get(keyword) ??
    (keyword === "sslmode" && jdbc ? "require" : undefined) ??
    service.get(keyword) ??
    (process.env[keywords[keyword] ?? ""] || undefined) ??
    // The old variable for it.
    (keyword === "sslmode" && process.env["PGREQUIRESSL"]?.startsWith("1") ? "require" : undefined);
  for (const keyword of numbers) {
    if (!/^\s*[+-]?\d+\s*$/.test(given(keyword) ?? "0")) {
      throw malformed(`its parameter ${keyword} is not a whole number`);
    }
  }
  return given;
}

function isKnown(keyword: string): boolean {
  return Object.hasOwn(keywords, keyword) || harmless.has(keyword);
}
