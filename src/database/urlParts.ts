const decoded = "in a password, write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25";

/**
 * Takes postgres://user:password@host:port,host:port/database?keyword=value apart where libpq does, into keywords of libpq: what
 * its query says counts more than what stands before. A URL that could be read in two ways is refused: libpq and others would look up
 * a piece of the password as the name of a host. No error repeats a part of the URL.
 * @param malformed makes the error for a reason
 */
export function urlParts(url: string, malformed: (reason: string) => Error): ReadonlyMap<string, string> {
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
      if (text.includes("%00")) throw new Error("no text of a server has a zero byte");
      return decodeURIComponent(text);
    } catch {
      throw malformed(`it has a "%" that does not begin a character; ${decoded}`);
    }
  };
  const [user = "", ...password] = (credentials ?? "").split(":");
  const addresses = hosts.split(",").map((host) => {
    const [, literal, name = "", port = ""] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(host) ?? [];
    if (host !== "" && literal === undefined && name === "" && port === "") {
      throw malformed(`a host or a port cannot be read; ${decoded}`);
    }
    return { name: decode(literal ?? name), port };
  });
  const before = {
    user: decode(user),
    password: decode(password.join(":")),
    host: addresses.map(({ name }) => name).join(","),
    port: addresses.map(({ port }) => port).join(","),
    dbname: decode(path ?? ""),
  };
  const parameters = query.split("&").flatMap((pair) => {
    const [name = "", ...value] = pair.split("=");
    if (pair !== "" && (name === "" || value.length !== 1)) {
      throw malformed('its query does not consist of name=value, with "&" between them');
    }
    return pair === "" ? [] : [[decode(name), decode(value.join("="))] as const];
  });
  return new Map([...Object.entries(before).filter(([, value]) => value !== ""), ...parameters]);
}
