import postgres from "postgres";
import { nanosecondsOf } from "./compare/processor.js";
import { seedHistory } from "./seed.js";
import type { BenchServer } from "./server.js";
import { type BenchOptions, type Figure, inTurns, measured, percentile } from "./support.js";
import { type Cycle, ways } from "./throughput.js";

const cells = 600;

/** How many deployments a sample goes through. */
const deployments = 12;

const registered = (events: string): string => `
  select deploy_queue.add_webhook(name => 'bench ' || number, url => 'https://example.com/', events => '${events}')
  from generate_series(1, 10) as number`;

const forget = `
  delete from deploy_queue.webhook_outbox;
  select deploy_queue.remove_webhook(name) from deploy_queue.known_webhooks`;

/** What ten webhooks cost a deployment that they are told of. Nothing is delivered meanwhile. */
export async function webhooks(server: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  await seedHistory(server, { rows: 20_000, cells });
  const figures: Figure[] = [];
  for (const [how, cycle] of Object.entries(ways)) {
    const client = postgres(server.url, { max: 1, onnotice: () => undefined });
    const sides = [
      { prepare: "select", restore: "select" },
      { prepare: registered("{enqueued,started,finished}"), restore: forget },
    ].map(({ prepare, restore }) =>
      measured(async () => {
        await server.sql.unsafe(prepare);
        const taken = await processorTime(client, cycle);
        await server.sql.unsafe(restore);
        return taken;
      }),
    );
    await inTurns(sides, { warmUps: 2, counted: thorough ? 100 : 20 });
    // Other work on the machine only ever adds.
    await client.end();
    const [none = [], told = []] = sides.map(({ samples }) => samples);
    figures.push(besideNone(`10 that are told of entries, starts and ends, ${how}, beside none`, told, none));
  }
  return figures;
}

function besideNone(what: string, samples: readonly number[], none: readonly number[]): Figure {
  return {
    ...{ what, figure: percentile(samples, 0.5), beside: percentile(none, 0.5), unit: "ms", target: "1.3 times" },
    // Of neighbours in time, on which the machine had the same to do besides.
    ratio: percentile(
      samples.map((sample, turn) => sample / (none[turn] ?? Number.NaN)),
      0.5,
    ),
  };
}

let next = 0;

/** Milliseconds of processor that the session of the client takes for a deployment. */
async function processorTime(client: postgres.Sql, cycle: Cycle): Promise<number> {
  const [session] = await client<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const pid = session?.pid ?? 0;
  // What has changed is planned anew first.
  for (let step = 0; step < 6; step += 1) await cycle(client, next++ % cells);
  const before = nanosecondsOf(pid);
  for (let step = 0; step < deployments; step += 1) await cycle(client, next++ % cells);
  return (nanosecondsOf(pid) - before) / deployments / 1e6;
}
