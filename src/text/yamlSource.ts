import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";

export type Path = readonly (string | number)[];

/** A YAML file, whose parts know where they stand. */
export class YamlSource {
  readonly value: unknown;
  /** What is no YAML, each as a line. */
  readonly problems: readonly string[];
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #root: Node | null;

  constructor(file: string, text: string) {
    this.#file = file;
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    this.#root = document.contents;
    this.problems = [...document.errors, ...document.warnings].map(({ pos, message }) =>
      this.#line(pos[0], message.replaceAll("\n", " ")),
    );
    this.value = this.problems.length === 0 ? document.toJS() : undefined;
  }

  /** One line: the place of a part, its path, and what is wrong with it. */
  problem(path: Path, what: string): string {
    const name = path.map((key) => (typeof key === "number" ? `[${key + 1}]` : `.${key}`)).join("");
    return this.#line(this.#offset(path), path.length === 0 ? what : `${name.replace(/^\./, "")}: ${what}`);
  }

  #line(offset: number, text: string): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#file}:${line}:${col}: ${text}`;
  }

  /** Where the part begins, or the nearest one around it: for an entry, its key. */
  #offset(path: Path): number {
    let node: unknown = this.#root;
    let offset = 0;
    for (const key of path) {
      const child: unknown = isMap(node)
        ? node.items.find((pair) => keyOf(pair) === String(key))
        : isSeq(node)
          ? node.items[Number(key)]
          : undefined;
      const place: unknown = isPair(child) ? child.key : child;
      offset = beginOf(place) ?? offset;
      node = isPair(child) ? child.value : child;
    }
    return offset;
  }
}

function keyOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

function beginOf(node: unknown): number | undefined {
  return node instanceof Object && "range" in node && Array.isArray(node.range) ? node.range[0] : undefined;
}
