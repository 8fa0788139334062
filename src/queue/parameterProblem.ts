/**
 * What is wrong with an argument that the driver or the database could not read, in one line that names it; undefined where the error does
 * not tell. The driver leaves the statement, whose arguments have names, and its parameters with the error.
 */
export function parameterProblem(error: Error): string | undefined {
  const query: unknown = Reflect.get(error, "query");
  const parameters: unknown = Reflect.get(error, "parameters");
  if (typeof query !== "string" || !Array.isArray(parameters)) {
    return undefined;
  }
  const invalidDate = parameters.findIndex((value) => value instanceof Date && Number.isNaN(value.getTime()));
  if (invalidDate >= 0) {
    return `${nameOf(query, invalidDate)} is no valid date`;
  }
  const ranges = /^(invalid input syntax|value ".*" is out of range) for type (?:bigint|integer|smallint)\b/;
  const [, problem] = ranges.exec(error.message) ?? [];
  const [, number = parameters.length === 1 ? "1" : undefined] =
    /parameter \$(\d+)/.exec(String(Reflect.get(error, "where"))) ?? [];
  if (problem !== undefined && number !== undefined) {
    const [, value = ""] = /"(.*)"/.exec(error.message) ?? [];
    const rule = problem.startsWith("invalid") ? "must be a whole number, not" : "is out of range:";
    return `${nameOf(query, Number(number) - 1)} ${rule} "${value}"`;
  }
  if (error.message === "interval out of range") {
    // All of them are read by the same function, which does not say which one it was.
    const lengths = parameters.map((value) => (isLength(value) ? Math.abs(Number(value)) : 0));
    const longest = lengths.findIndex((length) => Number.isNaN(length) || length === Math.max(...lengths));
    return `${nameOf(query, longest)} is no duration that the database can hold`;
  }
  return undefined;
}

function isLength(value: unknown): value is string | number {
  return typeof value === "number" || (typeof value === "string" && !Number.isNaN(Number(value))) || value === "NaN";
}

/** "cellIndex", "the deployment id" */
function nameOf(query: string, index: number): string {
  const place = new RegExp(`(\\w+) (?:=> |>?= )?(?:make_interval\\(secs => )?\\$${index + 1}(?!\\d)`);
  const [, column = "a value"] = place.exec(query) ?? [];
  return argumentName(column);
}

/** As the caller gave it. */
export function argumentName(column: string): string {
  return column === "id" || column === "deployment_id"
    ? "the deployment id"
    : column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
