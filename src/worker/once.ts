import { reasonOf } from "../database/reasons.js";
import type { TaskContext } from "./task.js";
import { tasks } from "./tasks.js";

/**
 * Runs every task once, also when one of them fails.
 * @throws the first error, after all have run
 */
export async function runTasksOnce(context: TaskContext): Promise<void> {
  const errors: unknown[] = [];
  for (const task of tasks) {
    if (!context.signal.aborted) {
      context.log.info(task.description);
      await task.perform(context).catch((error: unknown) => {
        context.log.error(`${task.name} failed: ${reasonOf(error)}`);
        errors.push(error);
      });
    }
  }
  if (errors.length > 0) {
    throw errors[0];
  }
}
