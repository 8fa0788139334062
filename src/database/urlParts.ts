/** The parts of postgres://user:password@host:port,host:port/database?name=value, decoded. */
export interface UrlParts {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly hosts: readonly { readonly name: string; readonly port: string }[];
  readonly database: string | undefined;
  readonly parameters: ReadonlyMap<string, string>;
}

const decoded = "in a password, write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25";

/**
 * Takes a connection URL apart where libpq does. A URL that could be read in two ways is refused: libpq and others would look up
 * a piece of the password as the name of a host. No error repeats a part of the URL.
 * @param malformed makes the error for a reason
 */
export function urlParts(url: string, malformed: (reason: string) => Error): UrlParts {
  const [, authority, path, query = ""] = /^postgres(?:ql)?:\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url) ?? [];
  if (authority === undefined) {
    throw malformed("it must begin with postgres:// or postgresql://");
  }
  const [hosts = "", credentials, ...more] = authority.split("@").reverse();
  if (more.length > 0 || `${path}${query}`.includes("@")) {
    throw malformed(`it has an "@" that does not stand before the host; ${decoded}`);
  }
  // libpq takes it for itself, and most others for the end of the URL.
  if (url.includes("#")) {
    throw malformed(`it has a "#"; ${decoded}`);
  }
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw malformed(`it has a "%" that does not begin a character; ${decoded}`);
    }
  };
  const [user = "", ...password] = (credentials ?? "").split(":");
  return {
    user: decode(user) || undefined,
    password: password.length > 0 ? decode(password.join(":")) : undefined,
    hosts: hosts.split(",").map((host) => {
      const [, literal, name = "", port = ""] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(host) ?? [];
      if (host !== "" && literal === undefined && name === "" && port === "") {
        throw malformed(`a host or a port cannot be read; ${decoded}`);
      }
      return { name: decode(literal ?? name), port };
    }),
    database: decode(path ?? "") || undefined,
    parameters: new Map(
      query.split("&").flatMap((pair) => {
        const [name = "", ...value] = pair.split("=");
        if (pair !== "" && (name === "" || value.length !== 1)) {
          throw malformed('its query does not consist of name=value, with "&" between them');
        }
        return pair === "" ? [] : [[decode(name), decode(value.join("="))] as const];
      }),
    ),
  };
}
