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
  const names = (await readdir(folder))
    .filter((name) => /^(licen[cs]e|copying|notice|copyright)/i.test(name))
    .toSorted();
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  const readme = names.length > 0 ? "" : await readFile(join(folder, "README.md"), "utf8");
  const texts = [...files, /^#+ licen[cs]e[^#]*/im.exec(readme)?.[0] ?? ""].map((text) =>
    text.replaceAll("\r\n", "\n").trim(),
  );
  return `${[`${about.name} ${about.version} (${about.license})`, ...texts].filter((text) => text !== "").join("\n\n")}\n`;
}
