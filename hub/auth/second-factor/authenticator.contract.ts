import { Secret, TOTP } from "otpauth";

/** What somebody's authenticator shows at that moment. */
export const shownCode = (secret: string, atMs: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: atMs });
