import type { Act } from "../../model/acts.js";
import { findOut } from "./mutant.js";

const checks: readonly Act["act"][] = ["enqueue", "start", "report check", "set environment"];

findOut("checks", [
  ["takes what was not reported for passed", "_check_gates", "has_expired, false)", "has_expired, true)", checks],
  [
    "takes a failed check for passed",
    "_check_gates",
    "newest.passed and not newest.has_expired",
    "not newest.has_expired",
    checks,
  ],
  ["lets an expired check count", "_check_gates", "newest.passed and not newest.has_expired", "newest.passed", checks],
  ["takes the first report for the newest", "_check_gates", "order by checks.id desc", "order by checks.id", checks],
  ["takes a check of another version", "_check_gates", "and checks.version = candidate.version", "", checks],
  [
    "asks rollbacks for checks",
    "_gates",
    "candidate.rollback_of is null",
    "true",
    ["enqueue", "start", "set component"],
  ],
  ["wakes nobody by a report", "report_check", "if report_check.passed then", "if false then", checks],
]);
