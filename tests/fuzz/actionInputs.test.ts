import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { readInputs } from "../../src/action/inputs.js";
import { InvalidValueError } from "../../src/queue/errors.js";
import { seed } from "../support/seed.js";
import { hostileNumber, hostileText } from "./hostile.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test(`inputs of any text are taken or refused, all that is wrong at once; from seed ${seed}`, () => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const modes = [
    "job",
    "start",
    "finish",
    "cancel",
    "info",
    "check",
    "list-outliers",
    "list-cells",
    "bypass",
    "else",
    "",
  ];
  const inputs = fc.record({
    mode: fc.constantFrom(...modes),
    "database-url": fc.oneof(fc.constant("postgres://user:secret@localhost/db"), hostileText),
    ...{ environment: hostileText, "cloud-provider": hostileText, region: hostileText, "cell-index": hostileNumber },
    ...{ component: hostileText, version: hostileText, "deployment-id": hostileNumber, note: hostileText },
    ...{ "wait-timeout": hostileText, "warn-after": hostileText, "slack-channel-id": hostileText },
  });
  fc.assert(
    fc.property(inputs, (given) => {
      for (const [name, value] of Object.entries(given)) {
        vi.stubEnv(`INPUT_${name.toUpperCase()}`, value.replaceAll("\u0000", ""));
      }
      try {
        readInputs();
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidValueError);
        expect(String(error)).not.toContain("secret");
      }
    }),
    { numRuns: 1_000, seed },
  );
});
