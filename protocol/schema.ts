import { z } from "zod";
import { type AnyId, DOCKER_ID_PATTERN, type DockerId, ID_PATTERN } from "./ids.ts";
import { INVISIBLE_PATTERN } from "./person-text.ts";

/** Building blocks that several messages share. */

const maxNsDigits = 19;

/** Nanoseconds since the epoch as a decimal string; negative values (a clock before 1970) are legal. */
export const tsNsSchema = z.string().regex(new RegExp(`^-?\\d{1,${maxNsDigits}}$`), "nanoseconds as a decimal string");

/** A line's number in its container; exact in a double. */
export const seqSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** The short number by which a hub node names one container's log stream on the wire; 0 is never given. */
export const aliasSchema = z.number().int().min(1).max(0xffff_ffff);

export const dockerIdSchema = z
  .string()
  .regex(DOCKER_ID_PATTERN, "64 hex digits")
  .transform((value) => value as DockerId);

/** An id made by the hub, branded as `Id`. */
export const idSchema = <Id extends AnyId>(): z.ZodType<Id, string> =>
  z
    .string()
    .regex(ID_PATTERN, "an identifier")
    .transform((value) => value as Id);

/** Position of a row in an org's audit, and its SHA-256 in hex: what a command carries of the intent that precedes it. */
export const intentSchema = z.object({
  seq: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  hash: z.string().regex(/^[0-9a-f]{64}$/, "SHA-256 in hex"),
});
export type Intent = z.infer<typeof intentSchema>;

/** What a person calls something: one line, 1 to 100 characters, nothing invisible, in one form (NFC). */
export const displayNameSchema = z
  .string()
  .transform((text) => text.normalize("NFC").trim())
  .pipe(
    z
      .string()
      .min(1)
      .max(100)
      .refine((text) => !INVISIBLE_PATTERN.test(text), "one line without invisible characters"),
  );

/** Unpadded base64url of a fixed number of bytes (32: keys and nonces, 64: Ed25519 signatures). */
export const base64UrlSchema = (byteLength: number) => {
  const characters = Math.ceil((byteLength * 4) / 3);
  return z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${characters}}$`), `base64url of ${byteLength} bytes`);
};

/** Signed messages carry the exact bytes that were signed; nobody serialises them again (`signing.ts`). */
export const signedSchema = {
  payload: z.string().max(65_536),
  keyId: z.string().min(1).max(80),
  signature: base64UrlSchema(64),
};
