import { crc32 } from "node:zlib";
import { API_TOKEN_PATTERN } from "@yardarm/protocol/api/tokens";
import type { RandomBytes } from "../crypto/new-id.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const PREFIX = "yrd_";
const SECRET_CHARACTERS = 52;
const CHECK_CHARACTERS = 7;

const checkOf = (secret: string): string => {
  let left = crc32(secret);
  let text = "";
  for (let index = 0; index < CHECK_CHARACTERS; index += 1) {
    text += ALPHABET.charAt(left % ALPHABET.length);
    left = Math.floor(left / ALPHABET.length);
  }
  return text;
};

/** A fresh API token: prefix, 260 random bits, checksum. */
export const newApiToken = (random: RandomBytes): string => {
  let secret = "";
  for (const byte of random(SECRET_CHARACTERS)) secret += ALPHABET.charAt(byte & 31);
  return `${PREFIX}${secret}${checkOf(secret)}`;
};

/** True for a text that may be a token: a mistyped or made-up one is told by its checksum, without asking a database. */
export const isApiToken = (text: string): boolean => {
  if (!API_TOKEN_PATTERN.test(text)) return false;
  const secret = text.slice(PREFIX.length, PREFIX.length + SECRET_CHARACTERS);
  return text.endsWith(checkOf(secret));
};
