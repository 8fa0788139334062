/** Reads bigint and numeric as numbers, as Grafana does. */
export const numbersAsGrafana = {
  types: { bigint: { to: 20, from: [20, 1700], parse: Number, serialize: String } },
};
