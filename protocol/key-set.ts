/** Changes of its key set that a hub remembers, and tells agents of. An agent that missed more is repinned. */
export const KEY_SET_CHANGES = 64;

/** Online keys in one set. */
export const KEY_SET_KEYS = 16;

/** The `keyId` of a change that the recovery key signed; no online key is called so. */
export const RECOVERY_KEY_ID = "recovery";
