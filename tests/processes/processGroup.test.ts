import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { groupOfMarked } from "../../src/processes/processGroup.js";
import { signalAll } from "../support/processes.js";

test.skipIf(process.platform !== "linux")(
  "a command is found by its mark, though what it has started has it as well",
  async () => {
    const entry = `MARK=${randomUUID()}`;
    expect(groupOfMarked(entry)).toBeUndefined();

    const script = "setsid sleep 60 & echo $!; sleep 60";
    const child = spawn("sh", ["-c", script], {
      detached: true,
      env: { ...process.env, MARK: entry.slice(5) },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [started] = await once(child.stdout, "data");
    onTestFinished(() => signalAll([-(child.pid ?? 0), Number(started)], "SIGKILL"));

    expect(groupOfMarked(entry)?.id).toBe(child.pid);
  },
);
