import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";

/** The file that is there once a shell has run what it should only have passed on. */
export const betrayal = join(tmpdir(), `deploy-queue-betrayed-${process.pid}`);

/** What an attacker might put into a field to make a shell, a terminal, a log, SQL or Slack do something. */
const known = [
  "'; drop table deploy_queue.deployments; --",
  `$(touch ${betrayal}) \`touch ${betrayal}\` "; touch ${betrayal}; '; touch ${betrayal} #`,
  "::set-output name=deployment-id::1",
  "::error::hello",
  "##[error]hello",
  "\u001b]0;title\u0007\u001b[2J",
  "a\nb",
  "a\r\nid<<EOF\n1\nEOF",
  "<!channel> <https://evil.example|click> *bold* `code` :tada:",
  "%s %n {0} {{process.exit()}}",
  "\u202egnp.exe",
  "e\u0301 Å ﷺ 🏳️‍🌈 \ud83d",
  "\u0000",
  " ",
  "",
  "null",
  "-1",
  "--help",
];

/** Text of any kind: every plane of Unicode, lone surrogates, and known tricks, also inside other text. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...known),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc
    .tuple(fc.string({ maxLength: 5 }), fc.constantFrom(...known), fc.string({ maxLength: 5 }))
    .map((parts) => parts.join("")),
  fc.integer({ min: 90, max: 210 }).map((length) => "x".repeat(length)),
);

/** Digits around the limits of the types, and what is no number. */
export const hostileNumber: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "0",
    "-0",
    "2147483647",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "1e3",
    "0x10",
    "١",
    " 7 ",
    "+1",
  ),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  hostileText,
);
