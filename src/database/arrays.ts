import { parse } from "postgres-array";

// The driver knows arrays only when it may ask the catalog for their types, at each connection.

function serialize(values: readonly unknown[]): string {
  return `{${values.map((value) => `"${String(value).replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

/** text[], smallint[] and bigint[], by the numbers of their types. */
export const arrayTypes = {
  texts: { to: 1009, from: [1009], parse: (text: string) => parse(text), serialize },
  bigints: { to: 1016, from: [1016], parse: (text: string) => parse(text, Number), serialize },
  smallints: { to: 1005, from: [1005], parse: (text: string) => parse(text, Number), serialize },
};
