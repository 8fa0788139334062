/** "ann@laptop (deployer)": a claim beside the role that logged in; the role alone where both are the same. */
export function whoText(actor: string | null, principal: string): string {
  return actor === null || actor === principal ? principal : `${actor} (${principal})`;
}
