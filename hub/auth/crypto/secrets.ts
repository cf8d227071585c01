import { createHash } from "node:crypto";
import type { RandomBytes } from "./new-id.ts";

const TOKEN_BYTES = 32;

/** A fresh 256-bit secret, unpadded base64url. */
export const newSecret = (random: RandomBytes): string => Buffer.from(random(TOKEN_BYTES)).toString("base64url");

/** How a secret of 256 random bits is stored: such a secret needs no slow hash. */
export const hashSecret = (secret: string): string => createHash("sha256").update(secret).digest("hex");
