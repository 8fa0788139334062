/** Sets an output of the step when running in a GitHub workflow; elsewhere does nothing. */
export async function setGitHubOutput(name: string, value: string): Promise<void> {
  if (process.env["GITHUB_OUTPUT"]) {
    const { setOutput } = await import("@actions/core");
    setOutput(name, value);
  }
}
