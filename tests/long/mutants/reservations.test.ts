import type { Act } from "../../model/acts.js";
import { findOut } from "./mutant.js";

const entering: readonly Act["act"][] = ["enqueue", "start"];

findOut("reservations", [
  [
    "forgets that reservations end",
    "_precedes",
    "(ahead.reserved_until <= now) is not true",
    "true",
    [...entering, "redeem"],
  ],
  [
    "redeems what is over",
    "_refuse_late_redemption",
    "reservation.reserved_until <=",
    "null <=",
    ["enqueue", "redeem", "release"],
  ],
  [
    "allows a reservation for as long as it likes",
    "_with_ordering",
    "candidate.reserved_until > v_now + v_demands",
    "null > v_now + v_demands",
    ["enqueue", "redeem"],
  ],
  [
    "starts what is only reserved",
    "_withheld",
    "if candidate.reserved_until > policy.as_of then",
    "if false then",
    [...entering, "redeem"],
  ],
  [
    "never reaps reservations",
    "reap_stale_deployments",
    "num_nonnulls(live.not_after, live.reserved_until) > 0",
    "live.not_after is not null",
    ["enqueue", "reap"],
  ],
  [
    "keeps reservations that are over when another one starts",
    "_follow_ordering",
    "reserved.reserved_until <=",
    "null <=",
    [...entering, "redeem"],
  ],
]);
