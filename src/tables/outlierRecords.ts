import type { Outlier } from "../queue/calls/boards.js";
import { formatDuration } from "../text/durations.js";

/** Outliers as the step output active-outliers has them: durations are for people. */
export function outlierRecords(outliers: readonly Outlier[]): Readonly<Record<string, string | number | null>>[] {
  return outliers.map((outlier) => ({
    id: outlier.id,
    env: outlier.environment,
    cloud_provider: outlier.cloud_provider,
    region: outlier.region,
    cell_index: outlier.cell_index,
    component: outlier.component,
    url: outlier.url,
    note: outlier.note,
    ...(outlier.version === null ? {} : { version: outlier.version }),
    current_duration: human(outlier.current_duration),
    avg_duration: human(outlier.avg_duration),
    stddev_duration: human(outlier.stddev_duration),
  }));
}

function human(seconds: number): string {
  return formatDuration(seconds * 1000);
}
