import { findOut } from "./mutant.js";
import { demand, enter, finish, hold, markBad, part, pass, report, scriptOf, start } from "./scripts.js";

const fromB = demand({ promotesFrom: "b" });
const startsInB = enter({ environment: "b", start: true });
/** v1 has finished, and v2 after it. */
const before = [enter({ start: true }), finish(0), pass(6), enter({ version: "v2", start: true })];

findOut("promotion", [
  [
    "starts what has finished nowhere else",
    "_promoted_at",
    "v_demands.promote_from is null or",
    "true or",
    scriptOf(fromB, enter({}), start(0)),
  ],
  [
    "lets nothing soak",
    "_promoted_at",
    "v_first + v_demands.soak",
    "v_first",
    scriptOf(demand({ promotesFrom: "b", soak: 3.25 }), startsInB, finish(0), enter({})),
  ],
  [
    "is content with one cell of all",
    "_promoted_at",
    "when v_demands.promotion_cells <> 'all'",
    "when true",
    scriptOf(
      demand({ promotesFrom: "b", promotesFromAll: true }),
      enter({ environment: "b", cell: 1, version: "v2" }),
      ...[startsInB, finish(1), enter({})],
    ),
  ],
  [
    "gates rollbacks unasked",
    "_promoted_at",
    "candidate.rollback_of is not null and",
    "false and",
    scriptOf(...before, fromB, enter({ rollback: true, which: 1 })),
  ],
  [
    "lets a rollback bring any version",
    "_refuse_unpromotable",
    "and not deploy_queue._goes_back(candidate)",
    "and false",
    scriptOf(enter({ start: true }), fromB, enter({ version: "v2", rollback: true })),
  ],
  [
    "wakes no waiter of another environment by a finish",
    "_wake_promoted",
    "head.component = finished.component",
    "false",
    scriptOf(fromB, startsInB, enter({}), finish(0)),
  ],
  [
    "wakes those that a finish changes nothing for",
    "_wake_promoted",
    "deploy_queue._promoted_at(head) < deploy_queue._promoted_at(head, finished.id)",
    "true",
    scriptOf(fromB, startsInB, finish(0), pass(6), startsInB, enter({}), finish(1)),
  ],
  [
    "lets a bad version enter",
    "_refuse_unpromotable",
    "v_withdrawn.kind is not null",
    "false",
    scriptOf(enter({ environment: "b" }), markBad("web", "v1"), enter({})),
  ],
  [
    "refuses to go back to what was there",
    "_goes_back",
    "candidate.rollback_of is null",
    "true",
    scriptOf(...before, fromB, enter({ rollback: true, which: 1 })),
  ],
  [
    "goes back to a bad version that was never there",
    "_goes_back",
    "first.finished_at is not null",
    "true",
    scriptOf(
      ...[enter({ environment: "b" }), markBad("web", "v1"), enter({ version: "v2", start: true })],
      enter({ rollback: true, which: 1 }),
    ),
  ],
  [
    "lets a part bring a bad version",
    "_flaw_of_part",
    "v_mark.id is not null",
    "false",
    scriptOf(hold({}), enter({ environment: "b", component: "api" }), markBad("api", "v1"), part({ component: "api" })),
  ],
  [
    "lets a part bring what is not checked",
    "_flaw_of_part",
    "where not gate.is_open",
    "where false",
    scriptOf(demand({ checks: ["e2e"] }), report("v1", true), hold({}), part({ component: "api" })),
  ],
  [
    "lets a part bring what is not promoted",
    "_flaw_of_part",
    "deploy_queue._promotion_gate(part) ||",
    "",
    scriptOf(fromB, startsInB, finish(0), hold({}), part({ component: "api", which: 1 })),
  ],
  [
    "asks a part for what its holder has passed",
    "_flaw_of_part",
    "(part.component, part.version, part.artifact) is not distinct from (v_stood.component, v_stood.version, v_stood.artifact)",
    "false",
    scriptOf(demand({ checks: ["e2e"] }), report("v1", true), hold({}), report("v1", false), part({})),
  ],
]);
