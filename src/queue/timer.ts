/** Timers that are set to more milliseconds ring at once. */
const longest = 2 ** 31 - 1;

/**
 * Calls back after so many milliseconds, even after months; never for Infinity.
 * @returns a function that stops it
 */
export function startTimer(milliseconds: number, ring: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wind = (left: number): void => {
    timer = left > longest ? setTimeout(() => wind(left - longest), longest) : setTimeout(ring, left);
  };
  wind(milliseconds);
  return () => clearTimeout(timer);
}
