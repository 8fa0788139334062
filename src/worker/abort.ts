/** The result of the work, or undefined as soon as the signal is aborted. The work itself goes on when it cannot be stopped. */
export async function untilAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result | undefined> {
  let abort = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    abort = () => resolve(undefined);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) {
      abort();
    }
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
