import { createHash } from "node:crypto";
import { asId, type ContainerId, type DockerId, type HostId, type WorkloadId } from "@yardarm/protocol/ids";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const CHARACTERS = 26;

/** First 26 characters (130 bits) of the lower-case base32 of SHA-256. */
const digest = (parts: readonly string[]): string => {
  const hash = createHash("sha256").update(parts.join("\0")).digest();
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of hash) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < CHARACTERS) {
      bits -= 5;
      text += ALPHABET.charAt((value >>> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return text;
};

/** Yardarm's own identity of one generation of a container: opaque, unique over all hosts, never reused. */
export const containerIdOf = (hostId: HostId, dockerId: DockerId): ContainerId =>
  asId<ContainerId>(`ctr_${digest([hostId, dockerId])}`);

/** Identity of all generations that carry one name on one host. */
export const workloadIdOf = (hostId: HostId, name: string): WorkloadId =>
  asId<WorkloadId>(`wkl_${digest([hostId, name])}`);
