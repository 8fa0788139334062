import type { TestDatabase } from "../support/database.js";
import { newOrderedLine, type Terms } from "../support/orderedLine.js";
import type { Session } from "../support/session.js";
import { meanwhile, reaction, send } from "../support/twoSessions.js";
import type { Plot } from "./lockPlots.js";

/** What two connections do at the same time in a line with policies: how the second reacts, and what comes of it. */
export function orderingPlots(database: TestDatabase) {
  return { enteringAtOnce, startBeside, lateRedemption, supersedingLockedRow, behindLockedRow };

  async function newLine(policies: Terms = {}) {
    const line = newOrderedLine(database, policies);
    await line.ready;
    return line;
  }

  async function enteringAtOnce(holder: Session, other: Session): Promise<string> {
    const line = await newLine();
    await line.enter("web", { component: "web" });
    const enter = (sequence: number) => `
      select from deploy_queue.enqueue('${line.environment}', 'aws', 'here', 1, 'api', version => 'run-${sequence}',
        sequence => ${sequence})`;
    await holder.begin();
    await holder.sql.unsafe(enter(5));
    const sent = send(other, enter(3));
    const reacted = await reaction(other, holder, sent);
    await holder.commit();
    const rows = await database.sql<{ version: string | null }[]>`
      select coalesce(version, component) as version from deploy_queue.queue
      where environment = ${line.environment} and ${await sent.end} = 'ok' order by "position"`;
    return [reacted, ...rows.map(({ version }) => version)].join(" ");
  }

  /** The head of a line starts while the other connection does that. */
  function startBeside(policies: Terms, change: (environment: string) => string): Plot {
    return async (holder, other) => {
      const line = await newLine(policies);
      await line.enter("beside", { component: "web" });
      await line.start("beside");
      if (policies["slots"] !== 2) await line.finish("beside");
      await line.enter("head", { sequence: 5 });
      await line.enter("next", { sequence: 7 });
      await holder.begin();
      await holder.sql.unsafe(change(line.environment));
      await meanwhile(holder, other, `select from deploy_queue.try_start(${line.id("head")})`);
      return (await line.state("head")).replace(/:.*/, "");
    };
  }

  async function lateRedemption(holder: Session, other: Session): Promise<string> {
    const line = await newLine();
    await line.enter("reserved", { valid_for: "5 minutes" });
    await line.enter("next", { component: "web" });
    await database.advance("6 minutes");
    await holder.begin();
    await holder.sql`select from deploy_queue.try_start(${line.id("next")})`;
    // The start has ended it; one whose row is locked by then is refused under the lock of the cell.
    const sent = send(other, `select from deploy_queue.redeem(${line.id("reserved")})`);
    await reaction(other, holder, sent);
    await holder.rollback();
    return sent.end;
  }

  async function supersedingLockedRow(holder: Session, other: Session): Promise<string> {
    const line = await newLine({ ordering: "latest" });
    const id = await line.enter("older", { sequence: 1 });
    await holder.begin();
    await holder.sql`select from deploy_queue.deployments where id = ${id} for no key update`;
    return meanwhile(
      holder,
      other,
      `select from deploy_queue.enqueue('${line.environment}', 'aws', 'here', 1, 'api', sequence => 2)`,
    );
  }
  /** A newer one has started while the row of an older one was locked, and has finished: that one still stands ahead. */
  async function behindLockedRow(holder: Session): Promise<string> {
    const line = await newLine({ refuse_outdated: true });
    const id = await line.enter("older", { sequence: 1 });
    await line.enter("newer", { sequence: 2, priority: 1 });
    await line.enter("next", { component: "web" });
    await holder.begin();
    await holder.sql`select from deploy_queue.deployments where id = ${id} for no key update`;
    await line.start("newer");
    await line.finish("newer");
    const start = await line.start("next");
    await holder.rollback();
    return start;
  }
}
