/** A setting of staging and of production, by its name alone: no value leaves the comparison. */
export interface ComparedSetting {
  readonly setting: string;
  readonly staging: "set" | "test key" | "empty" | "missing";
  readonly production: "same" | "different" | "set" | "test key" | "empty" | "missing";
  /** What is wrong, or at least worth a look. */
  readonly problem: string | null;
  /** Whether production must not be deployed to like this. */
  readonly is_wrong: boolean;
}

type Values = Readonly<Record<string, string>>;

/** Of Stripe, Clerk, Paystack and Razorpay; of Mollie and Adyen; of Square and GoCardless. */
const testKey = /^(?:[a-z]{2,5}_test_|test_\w{16}|sandbox[-_])/i;
const secretName = /(?:^|[^A-Z])(?:SECRET|KEY|TOKEN|PASSWORD|PASSWD|CREDENTIAL|DSN)S?(?:$|[^A-Z])/i;
const publicName = /PUBLIC|PUBLISHABLE/i;
/** What is shorter is a number or a switch, as in TOKEN_TTL. */
const shortestSecret = 8;

/**
 * Compares what is set in staging with production: what is wrong first, then what is worth a look, then the rest, each by name.
 * @param ignored names of settings, in which * stands for any characters
 */
export function compareSettings(
  staging: Values,
  production: Values,
  ignored: readonly string[] = [],
): ComparedSetting[] {
  const isIgnored = ignored.map(patternOf);
  const names = [...new Set([...Object.keys(staging), ...Object.keys(production)])].filter(
    (name) => !isIgnored.some((pattern) => pattern.test(name)),
  );
  const rank = ({ problem, is_wrong }: ComparedSetting): number => (is_wrong ? 0 : problem === null ? 2 : 1);
  return names
    .toSorted()
    .map((name) => compared(name, staging[name], production[name]))
    .toSorted((one, other) => rank(one) - rank(other));
}

function compared(setting: string, before: string | undefined, after: string | undefined): ComparedSetting {
  const staging = stateOf(before) ?? "set";
  const production = stateOf(after) ?? (before === undefined ? "set" : after === before ? "same" : "different");
  const wrong =
    production === "missing" || (production === "empty" && staging !== "empty" && staging !== "missing")
      ? `${production} in production`
      : production === "test key"
        ? "test key in production"
        : null;
  const isShared = production === "same" && isSecret(setting, after ?? "");
  return {
    ...{ setting, staging, production },
    problem: wrong ?? (isShared ? "the secret of staging" : null),
    is_wrong: wrong !== null,
  };
}

function stateOf(value: string | undefined): "missing" | "empty" | "test key" | undefined {
  if (value === undefined) return "missing";
  if (value === "") return "empty";
  return testKey.test(value) ? "test key" : undefined;
}

function isSecret(name: string, value: string): boolean {
  return value.length >= shortestSecret && secretName.test(name) && !publicName.test(name);
}

function patternOf(text: string): RegExp {
  const literally = (part: string): string => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&");
  return new RegExp(`^${text.split("*").map(literally).join(".*")}$`);
}
