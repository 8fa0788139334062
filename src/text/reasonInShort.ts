import type { Reason } from "../queue/forecast.js";

const gates: readonly string[] = ["approval", "check", "confirmation", "promotion"];

/** For a list: what a gate lacks, such as "2 approvals (1 given by ann)"; of other reasons the kind. */
export function reasonInShort({ kind, text }: Pick<Reason, "kind" | "text">): string {
  if (kind === "agent") {
    return "no agent";
  }
  return gates.includes(kind) ? text : kind;
}
