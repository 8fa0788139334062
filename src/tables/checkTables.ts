import type { Check } from "../queue/calls/checks.js";
import type { BadVersion } from "../queue/calls/promotions.js";
import type { ComparedSetting } from "../text/configParity.js";
import { formatMoment } from "../text/moments.js";
import { whoText } from "../text/whoText.js";
import { renderTable } from "./table.js";

export function checkTable(checks: readonly Check[]): string {
  return renderTable(
    ["check", "component", "version", "state", "reported", "by", "until", "url"],
    checks.map((check) => [
      check.name,
      check.component,
      check.version,
      check.state,
      formatMoment(check.reported_at),
      whoText(check.actor, check.principal),
      check.expires_at === null ? "" : formatMoment(check.expires_at),
      check.url ?? "",
    ]),
  );
}

export function badVersionTable(marks: readonly BadVersion[]): string {
  return renderTable(
    ["component", "version", "environments", "since", "by", "reason"],
    marks.map(({ component, version, environments, created_at, owner, reason }) => [
      component,
      version,
      environments?.join(", ") ?? "all",
      formatMoment(created_at),
      owner,
      reason,
    ]),
  );
}

export function settingTable(settings: readonly ComparedSetting[]): string {
  return renderTable(
    ["setting", "staging", "production", "what is wrong"],
    settings.map(({ setting, staging, production, problem, is_wrong }) => [
      setting,
      staging,
      production,
      problem === null || is_wrong ? (problem ?? "") : `warning: ${problem}`,
    ]),
  );
}
