import type { LeveledLog } from "../display/log.js";
import type { KnownTarget } from "../queue/calls/work.js";
import type { Queue } from "../queue/queue.js";
import type { Target } from "./target.js";

/** @returns a function that warns, once each time that it changes, when agents that serve these targets do not agree what they are */
export function contradictionWarner(
  queue: Queue,
  log: Pick<LeveledLog, "warn">,
  targets: readonly Target[],
): () => Promise<void> {
  const names = new Set(targets.map(({ name }) => name));
  let told = "";
  return async () => {
    const known = (await queue.work.targets()).filter(({ target }) => names.has(target));
    const texts = known.flatMap(contradictionsOf);
    for (const text of texts.join("\n") === told ? [] : texts) {
      log.warn(text);
    }
    told = texts.join("\n");
  };
}

function contradictionsOf({ target, each_agent }: KnownTarget): string[] {
  const others = each_agent.filter(({ is_there, differs }) => is_there && differs.length > 0);
  return others.map(
    ({ agent, differs }) =>
      `the files of the agents of target ${target} contradict each other: that of ${agent} has other ${differs.join(", ")}, and the newest change counts`,
  );
}
