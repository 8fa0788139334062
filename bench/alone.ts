import { fork } from "node:child_process";
import { once } from "node:events";

/** Aborted by a signal to this process, which then goes on to what it is to leave in order. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => controller.abort());
  }
  return controller.signal;
}

/**
 * What a program sends that runs in a process of its own, where neither what another left in memory nor a crash is seen.
 * An interruption ends that process.
 */
export async function alone<Result>(file: string, given: readonly string[], interrupted: AbortSignal): Promise<Result> {
  const child = fork(file, given);
  let sent: { readonly result: Result } | undefined;
  child.once("message", (result: Result) => {
    sent = { result };
  });
  const leave = (): void => child.disconnect();
  interrupted.addEventListener("abort", leave);
  const [code, signal] = await once(child, "exit");
  interrupted.removeEventListener("abort", leave);
  if (sent === undefined) {
    throw new Error(
      interrupted.aborted ? "interrupted" : `its process ended with ${signal ?? code} and without figures`,
    );
  }
  return sent.result;
}

/** The other end: sends what comes out, and ends this process. */
export async function answer(act: () => Promise<unknown>): Promise<void> {
  // This process must not outlive the one that started it.
  process.once("disconnect", () => process.exit(1));
  try {
    process.send?.(await act(), undefined, undefined, () => process.exit());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  }
}
