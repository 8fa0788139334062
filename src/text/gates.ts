import type { ComponentPolicies, Environment } from "../queue/calls/environments.js";
import { formatDuration } from "./durations.js";
import { printable } from "./printable.js";

/** "confirmation go, 2 approvals, from staging, soak 30m, checks e2e": the gates that are said; undefined when none is. */
export function describeGates(policies: Environment | ComponentPolicies): string | undefined {
  const { confirmation, approvals, approvers, promote_from: from, promotion_cells: cells } = policies;
  const {
    soak,
    same_artifact: same,
    require_checks: checks,
    require_verification: verifies,
    gate_rollbacks,
  } = policies;
  // A component that asks for nothing differs from its environment.
  const parts = [
    said(confirmation, (phrase) => `confirmation ${phrase}`, "no confirmation"),
    said(approvals, (count) => (count === 1 ? "1 approval" : `${count} approvals`), "no approvals"),
    said(approvers, (role) => `by ${role}`, "by any approver"),
    said(from, (environment) => `from ${environment}`, "from anywhere"),
    said(cells, (where) => `in ${where} cells`, "in any cell"),
    said(soak, (seconds) => `soak ${formatDuration(seconds * 1000)}`, "no soak"),
    said(same, () => "same artifact", "any artifact"),
    said(checks?.join(","), (names) => `checks ${names}`, "no checks"),
    said(verifies, () => "verification", "no verification"),
    said(gate_rollbacks, () => "rollbacks too", "not for rollbacks"),
  ].filter((part) => part !== undefined);
  const shown = "component" in policies ? parts : parts.filter(({ asks }) => asks);
  return shown.length === 0 ? undefined : printable(shown.map(({ text }) => text).join(", "));
}

function said<Value extends string | number | boolean>(
  value: Value | null | undefined,
  say: (value: Value) => string,
  nothing: string,
): { readonly text: string; readonly asks: boolean } | undefined {
  if (value === null || value === undefined) return undefined;
  const asks = value !== "" && value !== 0 && value !== false && value !== "any";
  return { asks, text: asks ? say(value) : nothing };
}
