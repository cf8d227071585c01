import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from "@simplewebauthn/browser";
import type { AddPasskeyRequest, PasskeySignInRequest } from "@yardarm/protocol/api/second-factors";

/** The browser's part of passkeys. It throws what the browser throws, by names that the callers turn into sentences. */

type Options = Readonly<Record<string, unknown>>;

/** Lets the person choose and unlock a passkey of this site. */
export const unlockPasskey = async (options: Options): Promise<PasskeySignInRequest> => {
  const { id, rawId, response } = await startAuthentication({
    optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON,
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  return {
    credential: {
      ...{ id, rawId, type: "public-key" },
      response: { clientDataJSON, authenticatorData, signature, ...(userHandle === undefined ? {} : { userHandle }) },
    },
  };
};

/** Lets the person make one. */
export const makePasskey = async (options: Options, name: string): Promise<AddPasskeyRequest> => {
  const { id, rawId, response } = await startRegistration({
    optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON,
  });
  const { clientDataJSON, attestationObject, transports = [] } = response;
  return {
    name,
    credential: {
      ...{ id, rawId, type: "public-key" },
      response: { clientDataJSON, attestationObject, transports: [...transports] },
    },
  };
};

/** What the browser said, for a person; `null` when it was not the browser who complained. */
export const passkeySentence = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null;
  switch (error.name) {
    case "NotAllowedError":
    case "AbortError":
      return "Nothing was done: it was cancelled, or took too long.";
    case "InvalidStateError":
      return "This authenticator has a passkey of your account already.";
    case "SecurityError":
      return "The browser does not allow passkeys at this address.";
    case "NotSupportedError":
      return "This browser or authenticator cannot make such a passkey.";
    default:
      return null;
  }
};
