import { lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** An address that a webhook may not go to. */
export class PrivateAddressError extends Error {
  constructor(address: string) {
    super(`${address} is a private address, which this webhook may not go to`);
  }
}

/** Whether an address belongs to the internet, and not to this machine, its network or a special purpose. */
export function isPublic(address: string): boolean {
  // An IPv4 address in the clothes of an IPv6 one counts as what it is, and the oldest of these forms (::/96) as nothing.
  const known = ipaddr.process(address);
  const isOldForm =
    known.kind() === "ipv6" &&
    known
      .toByteArray()
      .slice(0, 12)
      .every((byte) => byte === 0);
  return known.range() === "unicast" && !isOldForm;
}

/**
 * Resolves names for a connection, which then goes to the very addresses that were checked: a name that resolves to something else a
 * moment later changes nothing.
 */
export const publicOnly: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, "");
      return;
    }
    const strange = addresses.find(({ address }) => !isPublic(address));
    const [first] = addresses;
    if (strange !== undefined || first === undefined) {
      callback(new PrivateAddressError(strange?.address ?? hostname), "");
    } else if (options.all === true) {
      callback(null, addresses);
    } else {
      callback(null, first.address, first.family);
    }
  });
};

/** Node looks no address up that stands in the URL itself. @throws PrivateAddressError */
export function requirePublicHost({ hostname }: URL): void {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) !== 0 && !isPublic(host)) {
    throw new PrivateAddressError(host);
  }
}
