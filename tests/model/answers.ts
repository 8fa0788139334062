import type { Reason } from "./world.js";

/** What try_start tells, in minutes; in the same words by the model and by the queue. */
export function answerOfStart(started: boolean, waitsFor: readonly Reason[], lookAgainIn: number): string {
  const sorted = waitsFor.map(({ kind, by, until }) => JSON.stringify([kind, by, until])).sort();
  return `${started ? "started" : `waits for ${sorted.join()}`}, to look again in ${lookAgainIn} minutes`;
}

/** To quarters of a minute: in the database a little time passes while a program is played, in the model none. */
export const roundMoment = (minutes: number): number => Math.floor((minutes + 0.01) * 4) / 4;
export const roundWait = (minutes: number): number => Math.ceil((minutes - 0.01) * 4) / 4;
