import { InvalidValueError } from "../queue/errors.js";

const names: readonly string[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/**
 * Reads "mon-fri", "sat,sun" or "daily".
 * @returns numbers, 1 is Monday
 * @throws InvalidValueError that names the option
 */
export function parseWeekdays(text: string, option: string): number[] {
  const parts = text.trim().toLowerCase() === "daily" ? ["mon-sun"] : text.toLowerCase().split(",");
  const days = new Set<number>();
  for (const part of parts) {
    const [first, last = first] = part.split("-").map((name) => names.indexOf(name.trim()));
    if (first === undefined || last === undefined || first === -1 || last === -1 || part.split("-").length > 2) {
      throw new InvalidValueError(`${option} must be days such as mon-fri, "sat,sun" or daily, not "${text}"`);
    }
    // From Friday to Monday goes over the weekend.
    for (let day = first; ; day = (day + 1) % names.length) {
      days.add(day + 1);
      if (day === last) {
        break;
      }
    }
  }
  return [...days].sort();
}

/** "mon, tue, fri" */
export function formatWeekdays(days: readonly number[]): string {
  return days.length === names.length ? "daily" : days.map((day) => names[day - 1] ?? String(day)).join(", ");
}
