import { isIP } from "node:net";
import { ProtocolError } from "@yardarm/protocol/errors";

export interface OriginOptions {
  /** The one origin under which people reach the hub; `null`: loopback only. */
  readonly publicUrl: URL | null;
  /** The port on which the hub listens, once it does. */
  readonly port: () => number;
}

/** What is needed of a request: web `Headers`, or anything that finds a header by its lower-case name. */
export interface HeaderLookup {
  readonly get: (name: string) => string | null;
}

const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"];
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** True for `127.0.0.0/8`, `[::1]` and `localhost`. */
export const isLoopbackName = (hostname: string): boolean =>
  LOOPBACK_NAMES.includes(hostname) || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/** Keeps requests of other sites out: exact origin, and the name by which the hub was called. */
export class OriginCheck {
  readonly #options: OriginOptions;

  constructor(options: OriginOptions) {
    this.#options = options;
  }

  /**
   * For every HTTP request. A browser always names the origin of a request that changes something; what names none comes
   * from a program, which no other site can steer.
   *
   * @throws ProtocolError `origin_rejected`
   */
  checkRequest({ method, headers }: { readonly method: string; readonly headers: HeaderLookup }): void {
    const origin = headers.get("origin");
    const site = headers.get("sec-fetch-site");
    if (!SAFE_METHODS.has(method)) {
      if (origin !== null && !this.allowsOrigin(origin)) throw this.#rejected(origin);
      if (site !== null && site !== "same-origin") throw this.#rejected(origin ?? site);
    }
    const isAttributable = origin !== null || site !== null || headers.get("cookie") !== null;
    const host = headers.get("host");
    if (isAttributable && !this.allowsHost(host)) throw this.#rejected(host ?? "");
  }

  /**
   * For the upgrade of a socket that a cookie opens: WebSockets know no preflight, so the origin MUST be there.
   *
   * @throws ProtocolError `origin_rejected`
   */
  checkUpgrade(headers: HeaderLookup): void {
    const origin = headers.get("origin");
    if (origin === null || !this.allowsOrigin(origin)) throw this.#rejected(origin ?? "");
    const host = headers.get("host");
    if (!this.allowsHost(host)) throw this.#rejected(host ?? "");
  }

  /** Exactly the public origin, or without one `http://` and a loopback name on the hub's own port. */
  allowsOrigin(origin: string): boolean {
    const { publicUrl, port } = this.#options;
    if (publicUrl !== null) return origin === publicUrl.origin;
    return LOOPBACK_NAMES.some((name) => origin === new URL(`http://${name}:${port()}`).origin);
  }

  /** The public name, a loopback name or an address: names that another site can point at this hub are refused. */
  allowsHost(host: string | null): boolean {
    if (host === null || !URL.canParse(`http://${host}`)) return false;
    const { hostname } = new URL(`http://${host}`);
    const isAddress = isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
    return hostname === this.#options.publicUrl?.hostname || isAddress || isLoopbackName(hostname);
  }

  #rejected(what: string): ProtocolError {
    const { publicUrl, port } = this.#options;
    const expected = publicUrl?.origin ?? `http://127.0.0.1:${port()}`;
    return new ProtocolError(
      "origin_rejected",
      `This hub answers browsers at ${expected} only, not at ${JSON.stringify(what.slice(0, 100))}. Its operator sets that with YARDARM_PUBLIC_URL.`,
    );
  }
}
