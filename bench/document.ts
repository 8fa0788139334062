import { markdownTable } from "../scripts/markdownTable.js";
import { cells, head } from "./figureTable.js";
import type { Figure } from "./support.js";

export interface Run {
  readonly machine: Readonly<Record<string, string>>;
  /** "quick" or "thorough". */
  readonly mode: string;
  readonly results: readonly { readonly name: string; readonly about: string; readonly figures: readonly Figure[] }[];
}

/** docs/performance.md: one run, one table. */
export function performancePage({ machine, mode, results }: Run): string {
  const facts = Object.entries(machine).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`);
  const rows = results.flatMap(({ name, figures }) =>
    figures.map((figure, index) => [index === 0 ? `\`${name}\`` : "", ...cells(figure).map(escaped)]),
  );
  return `# Performance

<!-- Written by npm run bench -- --thorough --document. -->

\`npm run bench\` measures all of this in eight minutes, and \`npm run bench -- handoff views\` some of it. \`--thorough\` takes an hour: more
rounds, and a million deployments of history instead of 100,000. \`--large\` adds ten million. \`--document\` writes this page.
Each figure stands beside its floor or its rival, measured in turns in the same run on the same server: an embedded PostgreSQL with its
defaults and full durability, or the one in \`DEPLOY_QUEUE_BENCH_DATABASE_URL\`.

A figure is a median. In brackets is the range in which the true median lies with a probability of 95 %; of rounds of throughput, the least
and the most. A second figure in a column is of the 99th percentile.

\`npm run bench:compare -- main views\` compares a commit with the files as they are: [performance-log.md](performance-log.md) says how,
what was tried, and where the time goes.

One ${mode} run: ${facts.join(", ")}.

${markdownTable([["benchmark", ...head], ...rows])}

${results.map(({ name, about }) => `\`${name}\`: ${about}`).join(" ")}
`;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
