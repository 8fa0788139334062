import postgres from "postgres";
import type { BenchServer } from "./server.js";
import { type BenchOptions, type Figure, inTurns, measured, time } from "./support.js";

/** Entering a line whose places follow sequences, in their order and in any other. */
export async function sequences(server: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
  let cells = 0;
  const enter = (numbers: readonly number[]) => async (): Promise<number> => {
    const cell = cells++;
    return time(async () => {
      for (const number of numbers) {
        await sql`
          select id from deploy_queue.enqueue('dev', 'bench', 'sequences', ${cell}, 'api', sequence => ${number})`;
      }
    });
  };
  const length = thorough ? 1_000 : 500;
  const inOrder = Array.from({ length }, (_, index) => index);
  // Each number once, far from its neighbours.
  const shuffled = inOrder.map((index) => (index * 617) % length);
  const ways = [measured(enter(inOrder)), measured(enter(shuffled))];
  await inTurns(ways, { warmUps: 0, counted: thorough ? 9 : 3 });
  await sql.end();
  const [before = 0, after = 0] = ways.map(
    ({ samples }) => samples.toSorted((a, b) => a - b)[samples.length >> 1] ?? 0,
  );
  return [
    {
      what: `${length.toLocaleString("en")} enter one line in any order of their sequences, beside in their order`,
      ...{ figure: after, beside: before, target: "1.5 times" },
    },
  ];
}
