import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { unlessMissing } from "./files.js";

/** The state "listening" in /proc/net/tcp. */
const listening = "0A";
/** 127.0.0.1 and 0.0.0.0, as they stand there; the narrower one gets the connections. */
const addresses = ["0100007F", "00000000"];

/**
 * Whether the process listens on the port, and not another program that took the port after it had been killed. Where Linux hides
 * the files of the process, its user decides. Other systems cannot tell without a program of their own; there, as everywhere, a
 * program without the password cannot prove to be the server.
 */
export async function listens({ pid, port }: { readonly pid: number; readonly port: number }): Promise<boolean> {
  const table = process.platform === "linux" ? await unlessMissing(readFile("/proc/net/tcp", "utf8")) : undefined;
  if (table === undefined) return true;
  const local = port.toString(16).toUpperCase().padStart(4, "0");
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/));
  const [row] = addresses.flatMap((address) =>
    rows.filter(([, place, , state]) => place === `${address}:${local}` && state === listening),
  );
  if (row === undefined) return false;
  const [uid, inode] = [row[7], row[9]];
  const directory = `/proc/${pid}/fd`;
  try {
    const files = await Promise.all(
      (await readdir(directory)).map((name) => readlink(`${directory}/${name}`).catch(() => "")),
    );
    return files.includes(`socket:[${inode}]`);
  } catch {
    return (await unlessMissing(stat(`/proc/${pid}`)))?.uid === Number(uid);
  }
}
