import { callsAsCommands } from "../text/callAsCommand.js";
import { operations } from "./operations/all.js";
import { readings } from "./operations/readings.js";
import type { ProblemDetails } from "./problem.js";

/** A problem for a client of HTTP. */
export function inRequests({ hint, ...problem }: ProblemDetails, basePath: string): ProblemDetails {
  // What people have written, such as a phrase, stands in the detail.
  return { ...problem, ...(hint !== undefined && { hint: callsAsRequests(hint, basePath) }) };
}

/** What hints name: functions and views of the database, each with its request. A number stands for the only name in the path. */
const requests: ReadonlyMap<string, string> = new Map([
  ...readings.map(({ view, calls = "", path }): [string, string] => [view ?? calls, `GET /v1${path}`]),
  ...operations.map(({ calls, method, path }): [string, string] => [calls, `${method} /v1${path}`]),
]);

/**
 * A text of the database for a client of HTTP: the calls and views that it names, as requests where there is one, else as commands;
 * and arguments, such as join_parent => true, as fields.
 */
function callsAsRequests(text: string, basePath: string): string {
  const withRequests = text.replace(
    /\bdeploy_queue\.(\w+)(?:\((\d*)((?:, \w+ => \w+)*)\)|(?![\w(]))/g,
    (sql: string, name: string, id?: string, fields = "") => {
      const [method, path = ""] = requests.get(name)?.split(" ") ?? [];
      const body = fields === "" ? "" : ` with {${asFields(fields.slice(2))}}`;
      return method === undefined ? sql : `${method} ${basePath}${id ? path.replace(/\{\w+\}/, id) : path}${body}`;
    },
  );
  return callsAsCommands(asFields(withRequests));
}

function asFields(text: string): string {
  return text.replace(/\b(\w+) => (\w+)/g, '"$1": $2');
}
