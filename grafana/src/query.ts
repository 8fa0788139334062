import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";

/** The data source that provisioning makes. */
export const dataSource = { type: "grafana-postgresql-datasource", uid: "deploy-queue" };

/** What a panel asks PostgreSQL for; the SDK knows no query of this data source. */
export interface PostgresQuery extends Dataquery {
  readonly refId: string;
  readonly datasource: typeof dataSource;
  readonly editorMode: "code";
  readonly rawQuery: true;
  /** A time_series has a column "time"; its text columns name the series, its numbers are the values. */
  readonly format: "table" | "time_series";
  readonly rawSql: string;
}

export function query(format: PostgresQuery["format"], rawSql: string): Builder<PostgresQuery> {
  return {
    build: () => ({
      refId: "A",
      datasource: dataSource,
      editorMode: "code",
      rawQuery: true,
      format,
      rawSql: rawSql.trim(),
      _implementsDataqueryVariant: () => undefined,
    }),
  };
}

/**
 * Keeps the rows of the places that are chosen above the dashboard. "All" stands for the column itself and so keeps
 * every row, whatever it is called; sqlstring is the only format that quotes for PostgreSQL.
 */
export const chosen = `environment in (\${environment:sqlstring}) and cloud_provider in (\${provider:sqlstring})
  and region in (\${region:sqlstring}) and component in (\${component:sqlstring})`;

/** The same for views that do not tell places apart. */
export const chosenKinds = `environment in (\${environment:sqlstring}) and component in (\${component:sqlstring})`;

export const cell = "format('%s-%s-%s-cell-%s', environment, cloud_provider, region, cell_index)";

/** A duration as Grafana's unit "s" wants it. */
export function seconds(interval: string): string {
  return `round(extract(epoch from ${interval}))::double precision`;
}
