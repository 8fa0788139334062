import type { CheckItem, Preflight } from "../queue/forecast.js";
import { callAsCommand } from "./callAsCommand.js";
import { describeForecast } from "./describeForecast.js";
import { formatMoment, withOurTimes } from "./moments.js";
import { printable } from "./printable.js";

/** What would keep a deployment waiting: a line for each gate, passed or not, and for all else; under it who lifts it, and how. */
export function checklist({ can_start, checklist: items, forecast }: Preflight): string {
  const [place = ""] = describeForecast(forecast);
  const isRejected = items.some(({ kind, is_open }) => kind === "confirmation" && !is_open);
  const waits = isRejected ? "It would be rejected" : `It would wait at ${place}`;
  const outlook = can_start ? "It would start at once" : waits;
  const more = forecast.blocker_count - items.filter(({ is_open }) => !is_open).length;
  return [outlook, ...items.flatMap(itemLines), ...(more > 0 ? [`  and ${more} more`] : [])].join("\n");
}

function itemLines({ kind, is_open, text, until, cures }: CheckItem): string[] {
  const end = until === null ? "" : `, until ${formatMoment(new Date(until))}`;
  return [
    `  ${is_open ? "✓" : "✗"} ${kind}: ${printable(withOurTimes(text))}${end}`,
    ...(cures ?? []).map((call) => {
      const who = call.role === null ? "" : `${call.role}: `;
      return `      ${printable(`${who}${callAsCommand(call)}`)}`;
    }),
  ];
}

/** 4: somebody has to say or show something first. 6: it would only wait. */
export function preflightCode({ can_start, gates_open }: Preflight): number {
  return gates_open ? (can_start ? 0 : 6) : 4;
}
