import { getInput } from "@actions/core";
import type { Patience } from "../queue/verification.js";
import { InputReader } from "./inputReader.js";
import { savedInput } from "./state.js";

/** What the post step does before it ends the deployment. */
export interface VerificationInputs {
  readonly verification: (Patience & { readonly check: string }) | undefined;
  readonly onFailure: string | undefined;
}

const names = ["verify", "verify-for", "verify-every", "verify-hold", "on-failure"] as const;

export function readVerification(reader: InputReader): VerificationInputs {
  const check = reader.optional("verify");
  const within = reader.duration("verify-for") ?? 300_000;
  const every = reader.duration("verify-every") ?? 10_000;
  const hold = reader.duration("verify-hold") ?? 0;
  if (every < 100) {
    reader.problem("verify-every must be 100ms or more");
  }
  return {
    verification: check === undefined ? undefined : { check, within, every, hold },
    onFailure: reader.optional("on-failure"),
  };
}

/** Whether the post step is going to see that what was deployed works. */
export function willVerify(): boolean {
  return getInput("verify") !== "";
}

/** Leaves the inputs for the post step, of which it needs the texts. */
export function saveVerification(): void {
  for (const name of names) {
    savedInput(name).save(getInput(name));
  }
}

export function readSavedVerification(): VerificationInputs {
  return readVerification(new InputReader((name) => savedInput(name).read()));
}
