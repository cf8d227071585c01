/** The hub's keys as an agent pins them, for tests of the hub. */
export { HubKeys as PinnedKeys, keySetFingerprint } from "@yardarm/agent/identity/hub-keys";
