import ipaddr from "ipaddr.js";

/** What is needed of a request; Node's `IncomingMessage` is one. */
export interface AddressedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

const IPV6_PREFIX_BITS = 64;

const parse = (text: string): Address | null => (ipaddr.isValid(text) ? ipaddr.process(text) : null);

/** Drops a port, which some proxies append: `192.0.2.1:80`, `[2001:db8::1]:80`. */
const withoutPort = (text: string): string =>
  /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;

const toRange = (text: string): Range => {
  if (text.includes("/")) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
};

const isInside = (address: Address, ranges: readonly Range[]): boolean =>
  ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));

/**
 * Tells a request's client address: the socket's peer, unless that is a trusted proxy; then from right to left through
 * `X-Forwarded-For`, the first address that is not one. What an untrusted peer writes there changes nothing.
 *
 * @param trustedProxies addresses and CIDR ranges, already checked
 */
export const createClientAddress = (trustedProxies: readonly string[]): ((request: AddressedRequest) => string) => {
  const trusted = trustedProxies.map(toRange);
  return ({ headers, socket }) => {
    let current = parse(socket.remoteAddress ?? "");
    if (current === null) return "unknown";
    const chain = String(headers["x-forwarded-for"] ?? "").split(",");
    while (isInside(current, trusted) && chain.length > 0) {
      const next = parse(withoutPort((chain.pop() ?? "").trim()));
      if (next === null) break;
      current = next;
    }
    return current.toString();
  };
};

/** The key under which attempts are counted: a whole /64 for IPv6, because one subscriber has all of it. */
export const addressBucket = (address: string): string => {
  const parsed = parse(address);
  if (parsed === null || parsed.kind() === "ipv4") return parsed?.toString() ?? "unknown";
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_PREFIX_BITS}`).toString();
};
