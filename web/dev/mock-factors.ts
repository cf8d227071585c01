import {
  confirmTotpRequestSchema,
  type Factors,
  proofSchema,
  secondFactorRequestSchema,
} from "@yardarm/protocol/api/second-factors";
import { ProtocolError } from "@yardarm/protocol/errors";
import { asId } from "@yardarm/protocol/ids";
import type { Answer, MockRequest } from "./mock-routes.ts";

/** Whose password is this sends the sign-in on to its second step; `CODE` ends it. */
export const CODES_EMAIL = "codes@example.com";
export const CODE = "123456";
const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const RECOVERY_CODES = Array.from({ length: 10 }, (_, index) => `abcd-efgh-2345-${String(index).padStart(4, "6")}`);

/** The second step, which needs no session; `true`: it is done. */
export const finishesSignIn = ({ method, path, body }: MockRequest): boolean => {
  if (method !== "POST" || path !== "/api/auth/second-factor") return false;
  if (secondFactorRequestSchema.parse(body).code === CODE) return true;
  throw new ProtocolError("unauthenticated", "This code is wrong, too old or was used before.");
};

/** One person's ways of signing in. */
export class MockFactors {
  #factors: Factors = {
    hasPassword: true,
    totpSince: null,
    recoveryCodesLeft: 0,
    passkeys: [
      {
        passkeyId: asId("pky_00000000000000000000"),
        name: "Laptop",
        createdAt: "2026-10-02T08:30:00.000Z",
        lastUsedAt: "2026-11-20T17:05:00.000Z",
      },
    ],
    identities: [
      {
        identityId: asId("idy_00000000000000000000"),
        issuer: "https://id.example.com",
        label: "olga@example.com",
        createdAt: "2026-10-02T08:35:00.000Z",
      },
    ],
  };

  handle({ method, path, body }: MockRequest, password: string): Answer | null {
    const prove = (): void => {
      if (proofSchema.parse(body).password === password) return;
      throw new ProtocolError("unauthenticated", "The password is wrong.");
    };
    switch (`${method} ${path}`) {
      case "GET /api/auth/factors":
        return { status: 200, body: this.#factors };
      case "POST /api/auth/totp":
        prove();
        return { status: 201, body: { secret: SECRET, uri: `otpauth://totp/Yardarm:olga?secret=${SECRET}` } };
      case "POST /api/auth/passkeys/challenge":
        prove();
        throw new ProtocolError("conflict", "Nobody has more than 20 passkeys. Remove one first.");
      case "POST /api/auth/totp/confirm":
        if (confirmTotpRequestSchema.parse(body).code !== CODE) {
          throw new ProtocolError("unauthenticated", "This code is wrong, too old or was used before.");
        }
        this.#factors = { ...this.#factors, totpSince: "2026-11-21T13:00:00.000Z", recoveryCodesLeft: 10 };
        return { status: 200, body: { recoveryCodes: RECOVERY_CODES } };
    }
    return null;
  }
}
