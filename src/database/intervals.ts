/** As extract(epoch from …) counts them. */
const secondsOf: Readonly<Record<string, number>> = { year: 31_557_600, mon: 2_592_000, day: 86_400 };

/** The seconds of an interval as PostgreSQL writes it, such as "1 day -00:00:10.5". */
export function parseInterval(text: string): number {
  const whole = [...text.matchAll(/([-+]?\d+) (year|mon|day)/g)].reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (secondsOf[unit] ?? 0),
    0,
  );
  const [, sign, hours = 0, minutes = 0, seconds = 0] = /([-+]?)(\d+):(\d+):([\d.]+)/.exec(text) ?? [];
  const rest = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  return whole + (sign === "-" ? -rest : rest);
}
