import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import type { AddPasskeyRequest, PasskeySignInRequest } from "@yardarm/protocol/api/second-factors";

/** What a browser was asked, as far as an authenticator reads it. */
type Asked = Readonly<Record<string, unknown>>;

/** How an answer differs from an honest one. */
export type Dishonesty = {
  readonly origin?: string;
  readonly rpId?: string;
  readonly isUnverified?: boolean;
  readonly counter?: number;
  readonly userHandle?: string;
  readonly challenge?: string;
  /** In place of `none`. */
  readonly attestation?: Buffer;
};

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_KEY = 0x40;

const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
const bytes = (value: Uint8Array): Buffer => Buffer.concat([Buffer.from([0x58, value.length]), value]);
/** `{ fmt: "none", attStmt: {} }`, without the last of the three entries. */
const NO_ATTESTATION = Buffer.concat([text("fmt"), text("none"), text("attStmt"), Buffer.from([0xa0])]);

/** An authenticator without hardware: one ES256 key, honest unless a test asks for something else. */
export class SoftPasskey {
  readonly id: string = randomBytes(16).toString("base64url");
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #origin: string;
  readonly #rpId: string;
  #counter = 0;

  constructor(party: { readonly id: string; readonly origin: string }) {
    ({ privateKey: this.#privateKey, publicKey: this.#publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" }));
    this.#origin = party.origin;
    this.#rpId = party.id;
  }

  create(options: Asked, lie: Dishonesty = {}): AddPasskeyRequest["credential"] {
    const { x = "", y = "" } = this.#publicKey.export({ format: "jwk" });
    const cose = Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
      bytes(Buffer.from(x, "base64url")),
      Buffer.from([0x22]),
      bytes(Buffer.from(y, "base64url")),
    ]);
    const id = Buffer.from(this.id, "base64url");
    const key = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cose]);
    const authData = Buffer.concat([this.#authData(lie, HAS_KEY), key]);
    const attestation = lie.attestation ?? NO_ATTESTATION;
    const object = Buffer.concat([Buffer.from([0xa3]), attestation, text("authData"), bytes(authData)]);
    return {
      ...{ id: this.id, rawId: this.id, type: "public-key" },
      response: {
        clientDataJSON: this.#clientData("webauthn.create", options, lie).toString("base64url"),
        attestationObject: object.toString("base64url"),
      },
    };
  }

  get(options: Asked, userId: string, lie: Dishonesty = {}): PasskeySignInRequest["credential"] {
    this.#counter += 1;
    const authData = this.#authData(lie, 0);
    const clientData = this.#clientData("webauthn.get", options, lie);
    const signed = Buffer.concat([authData, createHash("sha256").update(clientData).digest()]);
    return {
      ...{ id: this.id, rawId: this.id, type: "public-key" },
      response: {
        clientDataJSON: clientData.toString("base64url"),
        authenticatorData: authData.toString("base64url"),
        signature: sign("sha256", signed, this.#privateKey).toString("base64url"),
        userHandle: Buffer.from(lie.userHandle ?? userId).toString("base64url"),
      },
    };
  }

  #authData(lie: Dishonesty, flags: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(lie.counter ?? this.#counter);
    const verified = lie.isUnverified === true ? 0 : USER_VERIFIED;
    return Buffer.concat([
      createHash("sha256")
        .update(lie.rpId ?? this.#rpId)
        .digest(),
      Buffer.from([flags | USER_PRESENT | verified]),
      counter,
    ]);
  }

  #clientData(type: string, options: Asked, lie: Dishonesty): Buffer {
    const challenge = lie.challenge ?? options.challenge;
    return Buffer.from(JSON.stringify({ type, challenge, origin: lie.origin ?? this.#origin, crossOrigin: false }));
  }
}
