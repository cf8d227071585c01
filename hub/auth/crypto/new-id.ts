import { randomBytes } from "node:crypto";
import { type AnyId, asId } from "@yardarm/protocol/ids";

/** Gives `size` unpredictable bytes. */
export type RandomBytes = (size: number) => Uint8Array;

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const CHARACTERS = 26;

/** A fresh id: the prefix, `_`, and 130 random bits in lower-case base32. */
export const newId = <Id extends AnyId>(prefix: string, random: RandomBytes = randomBytes): Id => {
  let text = "";
  for (const byte of random(CHARACTERS)) text += ALPHABET.charAt(byte & 31);
  return asId<Id>(`${prefix}_${text}`);
};
