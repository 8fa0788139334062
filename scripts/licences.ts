import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/** What the licences of all packages say of which a bundle has code. */
export async function licencesOf({ inputs }: Metafile): Promise<string> {
  const folders = Object.keys(inputs).flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
  const texts = await Promise.all([...new Set(folders)].map(licenceOf));
  return [...new Set(texts)].toSorted().join(`\n${"-".repeat(80)}\n\n`);
}

/** Of a package without a file for it, what its readme says. */
async function licenceOf(folder: string): Promise<string> {
  const about: { name: string; version: string; license: string } = JSON.parse(
    await readFile(join(folder, "package.json"), "utf8"),
  );
  const all = (await readdir(folder)).toSorted();
  const names = all.filter((name) => /^(licen[cs]e|copying|notice|copyright)/i.test(name));
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  // Some write it otherwise.
  const readmeName = all.find((name) => name.toLowerCase() === "readme.md");
  const readme = names.length > 0 || readmeName === undefined ? "" : await readFile(join(folder, readmeName), "utf8");
  const texts = [...files, /^#+ licen[cs]e[^#]*/im.exec(readme)?.[0] ?? ""].map((text) =>
    text.replaceAll("\r\n", "\n").trim(),
  );
  return `${[`${about.name} ${about.version} (${about.license})`, ...texts].filter((text) => text !== "").join("\n\n")}\n`;
}
