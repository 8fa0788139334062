// The driver knows arrays only when it may ask the catalog for their types, at each connection.

/** Reads a one-dimensional array as PostgreSQL writes it: {./deploy.sh,"two words","a \"quote\""}. */
export function parseArray(text: string): string[] {
  return [...text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|[^,]+/gs)].map(([whole, quoted]) =>
    quoted === undefined ? whole : quoted.replace(/\\(.)/gs, "$1"),
  );
}

export function serializeArray(values: readonly unknown[]): string {
  return `{${values.map((value) => `"${String(value).replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

/** text[] and smallint[], by the numbers of their types. */
export const arrayTypes = {
  texts: { to: 1009, from: [1009], parse: parseArray, serialize: serializeArray },
  smallints: {
    to: 1005,
    from: [1005],
    parse: (text: string) => parseArray(text).map(Number),
    serialize: serializeArray,
  },
};
