/** Columns of a deployment that only the queue itself works with. */
const internal = new Set(["cell_id", "keeper", "alive_until", "kept", "release_key", "via_old_names", "place"]);

/**
 * For JSON.stringify: the row of a deployment or a cell as --json prints it, by the names that all rows have, without internal columns.
 * docs/json.md says what is there.
 */
export function published(_key: string, value: unknown): unknown {
  if (!isRow(value)) {
    return value;
  }
  if ("cloud_provider" in value && "index" in value) {
    const { index, ...cell } = value;
    return { ...cell, cell_index: index };
  }
  if (!("cell_id" in value && "id" in value)) {
    return value;
  }
  const { id, ...row } = value;
  const columns = Object.entries(row).filter(([column]) => !internal.has(column));
  return { deployment_id: id, ...Object.fromEntries(columns) };
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
