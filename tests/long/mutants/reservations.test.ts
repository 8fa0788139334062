import type { Act } from "../../model/acts.js";
import { findOut } from "./mutant.js";
import { enter, scriptOf, start } from "./scripts.js";

type Said = Parameters<typeof enter>[0];

const entering: readonly Act["act"][] = ["enqueue", "start"];

/** A reservation, and another one behind it that asks for its turn. */
const behind = (reserved: Said, other: Said) => [
  enter({ sequence: 1, scope: "x", reserveFor: 60, ...reserved }),
  enter({ sequence: 2, scope: "x", ...other }),
  start(1),
];

findOut("reservations", [
  ["forgets that reservations end", "_precedes", "ahead.reserved_until > now", "true", [...entering, "redeem"]],
  [
    "waits for what is only reserved where the newest that is ready goes first",
    "_yields",
    "demands.ordering = 'latest-ready'",
    "false",
    scriptOf(...behind({ environment: "c" }, { environment: "c", scope: "y" })),
  ],
  [
    "passes reservations in any order",
    "_yields",
    "demands.ordering = 'latest-ready'",
    "true",
    scriptOf(...behind({ environment: "a" }, { environment: "a", scope: "y" })),
  ],
  [
    "passes the reservations of other components",
    "_precedes",
    "and behind.component = ahead.component",
    "",
    scriptOf(...behind({ environment: "c" }, { environment: "c", component: "api" })),
  ],
  [
    "lets a reservation pass another one",
    "_precedes",
    "behind.reserved_until is null and",
    "",
    scriptOf(...behind({ environment: "c" }, { environment: "c", scope: "y", reserveFor: 60 })),
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
