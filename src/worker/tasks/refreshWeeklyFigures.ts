import type { Task } from "../task.js";

export const refreshWeeklyFigures: Task = {
  name: "refresh_weekly_figures",
  schedule: "11 * * * *",
  description: "adding up the figures of weeks that are over",
  async perform({ queue, log, signal }) {
    let total = 0;
    for (let count = -1; count !== 0 && !signal.aborted; ) {
      count = await queue.upkeep.refreshWeeklyFigures();
      total += count;
    }
    log.debug(`added up the figures of ${total} weeks`);
  },
};
