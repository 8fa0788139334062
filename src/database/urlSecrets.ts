/** The passwords in the URL of a database, as they are written there and as they are meant. */
export function secretsOfUrl(url: string): string[] {
  const credentials = /^[a-z]+:\/\/[^/?#]*?:([^@/?#]*)@/i.exec(url)?.[1] ?? "";
  const parameters = [...url.matchAll(/[?&]password=([^&]*)/g)].map(([, password]) => password ?? "");
  return [credentials, ...parameters].flatMap((secret) => [secret, decoded(secret)]).filter((secret) => secret !== "");
}

export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
