import type { Admission } from "../../auth/sign-in/door.ts";
import type { Reply } from "../operation.ts";

/** A session's cookie, or the token of the second step. `signedIn` makes the first. */
export const admissionReply = (admission: Admission, signedIn: (token: string) => Response): Reply =>
  admission.kind === "session"
    ? signedIn(admission.session.token)
    : {
        status: 200,
        body: {
          secondFactor: { token: admission.token, expiresAt: new Date(admission.expiresAtMs).toISOString() },
        },
      };
