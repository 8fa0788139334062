import { UnknownNameError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { nearestNames } from "../text/nearest.js";

/** @throws UnknownNameError for a version that no deployment has had; it names the current ones that are most like it */
export async function requireVersion(queue: Queue, component: string, version: string): Promise<void> {
  if (await queue.history.hasVersion(component, version)) {
    return;
  }
  const current = await queue.boards.currentVersions();
  const own = current.filter((one) => one.component === component).map((one) => one.version);
  const nearest =
    own.length > 0
      ? nearestNames(version, own)
      : nearestNames(
          component,
          current.map((one) => one.component),
        );
  throw new UnknownNameError(`no deployment has had version ${version} of ${component}`, {
    hint: nearest.length > 0 ? `Most like it: ${nearest.join(", ")}.` : undefined,
  });
}
