import { printable } from "./printable.js";

/** Text of users in which no mention (<!channel>), link or entity takes effect; at most `limit` characters of it. */
export function plain(text: string, limit: number): string {
  return clip(printable(text).trim(), limit).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * The same as inline code: mrkdwn cannot escape * _ ~ and :emoji:, and in code they mean nothing. Backticks, which would
 * end it, become a look-alike.
 */
export function code(text: string, limit: number): string {
  return `\`${plain(text, limit).replaceAll("`", "ˋ") || "-"}\``;
}

/** `<https://…|label>`, or undefined when it is no address of a web page or longer than Slack takes. */
export function link(address: string, label: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["https:", "http:"].includes(url.protocol)) {
    return undefined;
  }
  const target = url.href.replaceAll("|", "%7C").replaceAll("<", "%3C").replaceAll(">", "%3E").replaceAll("&", "&amp;");
  return target.length > 2_500 ? undefined : `<${target}|${label}>`;
}

function clip(text: string, limit: number): string {
  const characters = [...text];
  return characters.length > limit ? `${characters.slice(0, limit - 1).join("")}…` : text;
}
