import cliTruncate from "cli-truncate";

/** The lines that fit a terminal: each is cut at its end, and the last one counts those that have no room. */
export function fitLines(lines: readonly string[], columns: number, rows: number): string[] {
  const shown =
    lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `and ${lines.length - rows + 1} more lines`];
  return shown.map((line) => cliTruncate(line, columns));
}

/** Such as process.stdout. */
type Terminal = NodeJS.EventEmitter & Pick<NodeJS.WriteStream, "columns" | "rows"> & { write(text: string): unknown };

export interface LiveScreen {
  draw(): void;
  /** Gives the screen back as it was. */
  end(): void;
}

/** All of a terminal, drawn anew every second and when its size changes. */
export function openLiveScreen(output: Terminal, lines: () => readonly string[]): LiveScreen {
  const draw = (): void => {
    const fitting = fitLines(lines(), output.columns, output.rows);
    // From the first cell on, each line clears the rest of its own, and the last one all below it: nothing flickers.
    output.write(`\u001b[H${fitting.map((line) => `${line}\u001b[K`).join("\n")}\u001b[J`);
  };
  output.write("\u001b[?1049h\u001b[?25l");
  draw();
  const timer = setInterval(draw, 1_000);
  output.on("resize", draw);
  return {
    draw,
    end() {
      clearInterval(timer);
      output.off("resize", draw);
      output.write("\u001b[?25h\u001b[?1049l");
    },
  };
}
