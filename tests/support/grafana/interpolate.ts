// What Grafana does to the SQL of a panel before PostgreSQL sees it: variables in the browser, then macros in its
// back end. After https://grafana.com/docs/grafana/latest/datasources/postgres/ and the documentation of variable formats.

export interface Variable {
  /** What is chosen: one value, several, or "$__all". */
  readonly value: string | readonly string[];
  /** Stands for everything in place of the list of options, and is never quoted. */
  readonly allValue?: string;
}

export interface Request {
  readonly from: Date;
  readonly to: Date;
  /** What Grafana derives from the time range and the width of the panel, such as "10m". */
  readonly interval: string;
  readonly variables: Readonly<Record<string, Variable>>;
}

export function interpolate(sql: string, request: Request): string {
  return expandMacros(replaceVariables(sql, request), request);
}

function replaceVariables(sql: string, { variables, interval }: Request): string {
  return sql
    .replaceAll(/\$\{(\w+)(?::(\w+))?\}|\$(\w+)/g, (text, braced: string, format: string, plain: string) => {
      const variable = variables[braced ?? plain];
      if (variable === undefined) return text;
      const all = variable.value === "$__all" || variable.value.at(0) === "$__all";
      return all && variable.allValue !== undefined ? variable.allValue : formatted(variable.value, format);
    })
    .replaceAll("$__interval_ms", String(toSeconds(interval) * 1000))
    .replaceAll("$__interval", interval);
}

function formatted(value: Variable["value"], format: string | undefined): string {
  const values = typeof value === "string" ? [value] : value;
  switch (format) {
    case "sqlstring":
      return values.map((one) => `'${one.replaceAll("'", "''").replaceAll('"', '\\"')}'`).join(",");
    case "singlequote":
      return values.map((one) => `'${one.replaceAll("'", "\\'")}'`).join(",");
    case "doublequote":
      return values.map((one) => `"${one.replaceAll('"', '\\"')}"`).join(",");
    case "raw":
    case "csv":
      return values.join(",");
    case undefined:
      // The format of the data source itself: several values are quoted, a single one is expected to be in quotes.
      return typeof value === "string"
        ? value.replaceAll("'", "''")
        : values.map((one) => `'${one.replaceAll("'", "''")}'`).join(",");
    default:
      throw new Error(`the format ${format} is not used here`);
  }
}

function expandMacros(sql: string, request: Request): string {
  return sql.replaceAll(/\$(\w+)\(([^)]*)\)/g, (call, name: string, text: string, index: number) => {
    const args = text.split(",").map((arg) => arg.trim());
    // Directly before a comma, $__timeGroup names its column as $__timeGroupAlias does.
    const alias = name === "__timeGroup" && sql.at(index + call.length) === ",";
    return expand(alias ? "__timeGroupAlias" : name, args, request);
  });
}

function expand(name: string, args: readonly string[], { from, to }: Request): string {
  const [column = "", interval = ""] = args;
  const [start, end] = [from.toISOString(), to.toISOString()];
  const [startSeconds, endSeconds] = [Math.floor(from.getTime() / 1000), Math.floor(to.getTime() / 1000)];
  switch (name) {
    case "__time":
      return `${column} AS "time"`;
    case "__timeEpoch":
      return `extract(epoch from ${column}) as "time"`;
    case "__timeFilter":
      return `${column} BETWEEN '${start}' AND '${end}'`;
    case "__timeFrom":
      return `'${start}'`;
    case "__timeTo":
      return `'${end}'`;
    case "__timeGroup":
      return `floor(extract(epoch from ${column})/${toSeconds(interval)})*${toSeconds(interval)}`;
    case "__timeGroupAlias":
      return `${expand("__timeGroup", args, { from, to, interval: "", variables: {} })} AS "time"`;
    case "__unixEpochFilter":
      return `${column} >= ${startSeconds} AND ${column} <= ${endSeconds}`;
    case "__unixEpochFrom":
      return String(startSeconds);
    case "__unixEpochTo":
      return String(endSeconds);
    case "__unixEpochGroup":
      return `floor((${column})/${toSeconds(interval)})*${toSeconds(interval)}`;
    case "__unixEpochGroupAlias":
      return `${expand("__unixEpochGroup", args, { from, to, interval: "", variables: {} })} AS "time"`;
    default:
      throw new Error(`unknown macro "${name}"`);
  }
}

function toSeconds(interval: string): number {
  const [, count, unit = ""] = /^'?(\d+)([smhdw])'?$/.exec(interval) ?? [];
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[unit];
  if (seconds === undefined) throw new Error(`error parsing interval ${interval}`);
  return Number(count) * seconds;
}
