/** An element; attributes in the order given, so that a picture is always the same. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...inner: string[]
): string {
  const list = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === "number" ? round(value) : escaped(value)}"`,
  );
  return inner.length === 0 ? `<${name}${list.join("")}/>` : `<${name}${list.join("")}>${inner.join("")}</${name}>`;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function rectangle({ x, y, width, height }: Box, fill: string, radius = 0): string {
  return element("rect", { x, y, width, height, fill, ...(radius > 0 ? { rx: radius } : {}) });
}

/** A line of text, cut where it would leave its room. */
export function text(
  content: string,
  at: { readonly x: number; readonly y: number; readonly room: number },
  style: {
    readonly fill?: string;
    readonly size?: number;
    readonly anchor?: "start" | "middle" | "end";
    readonly bold?: boolean;
  } = {},
): string {
  const { fill = colours.text, size = 12, anchor = "start", bold = false } = style;
  const fits = Math.floor(at.room / (size * 0.56));
  if (fits < 3) return "";
  const shown = content.length > fits ? `${content.slice(0, fits - 1)}…` : content;
  return element(
    "text",
    {
      x: at.x,
      y: at.y,
      fill,
      "font-size": size,
      ...(anchor === "start" ? {} : { "text-anchor": anchor }),
      ...(bold ? { "font-weight": "bold" } : {}),
    },
    escaped(shown),
  );
}

export const colours = {
  page: "#111217",
  panel: "#181b1f",
  line: "#2c3235",
  text: "#ccccdc",
  faint: "#8e8e9a",
  ink: "#111217",
};

/** The colours that Grafana's dark theme has for these names. */
export function colour(name: string): string {
  const known: Readonly<Record<string, string>> = {
    purple: "#b877d9",
    blue: "#5794f2",
    yellow: "#fade2a",
    green: "#73bf69",
    orange: "#ff9830",
    red: "#f2495c",
    transparent: "none",
  };
  return known[name] ?? name;
}

export const palette = ["green", "yellow", "blue", "orange", "red", "purple"].map(colour);

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
