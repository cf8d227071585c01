import type { HostId } from "@yardarm/protocol/ids";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Checks AGENT_API_URL. Plain HTTP beyond loopback is refused unless the operator allowed it, because anybody between
 * could read logs and forge what is unsigned. Throws an `Error` whose message says what to change.
 */
export const parseHubUrl = (text: string, options: { readonly allowInsecure: boolean }): URL => {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new Error(`AGENT_API_URL "${text}" is not an http:// or https:// address.`);
  }
  if (url.username !== "" || url.password !== "") throw new Error("AGENT_API_URL must not carry credentials.");
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname) && !options.allowInsecure) {
    const advice = "use https://, or set AGENT_ALLOW_INSECURE=1 in a network that you trust";
    throw new Error(`AGENT_API_URL is plain HTTP to ${url.hostname}, which anybody on the way can read: ${advice}.`);
  }
  return url;
};

/** Where an agent connects: `ws://` or `wss://` as the hub's URL is (HOST-03). */
export const agentSocketUrl = (hubUrl: URL, hostId: HostId): URL => {
  const url = new URL(`${hubUrl.pathname.replace(/\/$/, "")}/ws/agent/${hostId}`, hubUrl);
  url.protocol = hubUrl.protocol === "https:" ? "wss:" : "ws:";
  return url;
};
