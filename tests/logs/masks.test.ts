import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MaskCommands } from "../../src/logs/maskCommands.js";
import { MaskedText, Masks, withoutCutSecret } from "../../src/logs/masks.js";

function shown(secrets: readonly string[], pieces: readonly string[]): string {
  const masks = new Masks(secrets);
  const commands = new MaskCommands(masks);
  const text = new MaskedText(masks);
  const parts = pieces.map((piece) => {
    commands.push(Buffer.from(piece));
    return text.push(piece);
  });
  commands.end();
  return `${parts.join("")}${text.end()}`;
}

describe("secrets in a stream", () => {
  test("are masked wherever the stream is cut", () => {
    const text = "before hunter22 after hunter22\n";
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(shown(["hunter22"], [text.slice(0, cut), text.slice(cut)])).toBe("before *** after ***\n");
    }
  });

  test("are masked character by character, where one begins another, and where they overlap", () => {
    const one = (text: string) => shown(["abcd", "abcdefgh", "efghij"], [...text]);
    expect(one("abcdefgh.")).toBe("***.");
    expect(one("abcdefg.")).toBe("***efg.");
    expect(one("abcdefghij.")).toBe("***.");
    expect(one("xabcabcd")).toBe("xabc***");
  });

  test("of several lines are masked line by line, too", () => {
    expect(shown(["first line\nsecond line\n}"], ["  second line\n", "}\n", "first line"])).toBe("  ***\n}\n***");
  });

  test("that are shorter than 4 characters are shown", () => {
    expect(shown(["abc", " \n"], ["abc d"])).toBe("abc d");
  });

  test("of ::add-mask:: are masked in that line and from then on", () => {
    const text = "::add-mask::hunter22\nx hunter22\n ::add-mask::ab%25cd%0Ac-d-e\nab%cd\nc-d-e\n::add-mask::at-the-end";
    for (const size of [1, 3, 12, 13, 1_000]) {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
      expect(shown([], pieces)).toBe("::add-mask::***\nx ***\n ::add-mask::***\n***\n::add-mask::***");
    }
  });

  test("never show one, wherever the stream is cut", () => {
    const secrets = fc.array(fc.stringMatching(/^[ab]{4,7}$/), { maxLength: 4 });
    const pieces = fc.array(fc.stringMatching(/^[abc]{0,5}$/));
    fc.assert(
      fc.property(secrets, pieces, (known, parts) => {
        const result = shown(known, parts);
        expect(known.filter((secret) => result.includes(secret))).toEqual([]);
      }),
    );
  });
});

describe("a text whose beginning was cut off", () => {
  test("begins with its second line", () => {
    expect(withoutCutSecret("ter22 x\nnext", new Masks(["hunter22"]))).toBe("next");
  });

  test("has no end of a secret where there are no lines", () => {
    const masks = new Masks(["hunter22hunter22"]);
    for (let cut = 1; cut < 16; cut += 1) {
      const rest = withoutCutSecret(`hunter22hunter22${".".repeat(40)}`.slice(cut), masks);
      expect(rest).toMatch(/^\.+$/);
    }
    expect(withoutCutSecret(`${".".repeat(10)}hunter22hunter22.`, masks)).toBe(".");
  });
});
