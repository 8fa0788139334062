import type { Adopted } from "../queue/calls/adoption.js";
import { renderTable } from "./table.js";

/** A line for each thing that moves, and for each that stands in the way. */
export function adoptionTable(items: readonly Adopted[]): string {
  return renderTable(
    ["what", "amount", "problem"],
    items.map(({ what, amount, problem }) => [what, String(amount), problem ?? ""]),
  );
}
