/**
 * The organization's protection rules as the hub signed them for this host. They are kept beside the identity, so that an
 * agent that starts enforces them before it hears the hub, and nothing older is ever taken instead.
 */
import type { ProtectionRules } from "@yardarm/protocol/agent-down/protection-rules";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { HostId, HubId, OrgId } from "@yardarm/protocol/ids";
import {
  arrayOf,
  type Decoder,
  decodeJson,
  dockerId,
  idOf,
  integerOf,
  nullable,
  objectOf,
  oneOf,
  textOf,
  tsNsText,
} from "@yardarm/protocol/json-decoder";
import { MOST_PROTECTION_RULES } from "@yardarm/protocol/limits";
import type { ProtectionOrder } from "@yardarm/protocol/protection-schema";
import type { SigningPurpose } from "@yardarm/protocol/signing";

type Signed = Pick<ProtectionRules, "payload" | "keyId" | "signature">;

const pattern = nullable(textOf({ min: 1, max: 200 }));
const order: Decoder<ProtectionOrder> = objectOf({
  hubId: idOf<HubId>(),
  orgId: idOf<OrgId>(),
  hostId: idOf<HostId>(),
  version: integerOf({ min: 1 }),
  issuedAtNs: tsNsText,
  rules: arrayOf(
    objectOf({
      name: pattern,
      image: pattern,
      label: pattern,
      composeProject: pattern,
      scope: oneOf(["stop", "all"]),
      note: textOf({ max: 200 }),
    }),
    { max: MOST_PROTECTION_RULES },
  ),
  hubContainer: nullable(dockerId),
});

const signed: Decoder<Signed> = objectOf({
  payload: textOf({ max: 262_144 }),
  keyId: textOf({ min: 1, max: 80 }),
  signature: textOf({ max: 86 }),
});

/** Decodes a payload after its signature was verified. Throws `malformed_frame`. */
export const parseProtectionOrder = (payload: string): ProtectionOrder => decodeJson(payload, order, "protection");

const FILE = "protection.json";

export type KeptProtectionOptions = {
  readonly hubId: HubId;
  readonly hostId: HostId;
  /** Verifies against the pinned keys. */
  isSigned(purpose: SigningPurpose, signed: Signed): boolean;
  /** Where the rules outlive the process. */
  readonly directory: { read(name: string): string | null; write(name: string, text: string): void };
};

type InForce = Pick<ProtectionOrder, "rules" | "hubContainer">;

const NOTHING: InForce = { rules: [], hubContainer: null };
/** Until the hub says what the rules are, which it does before any command. */
const EVERYTHING: InForce = {
  rules: [
    {
      ...{ name: "*", image: null, label: null, composeProject: null, scope: "all" },
      note: "the rules that this host kept cannot be verified; the hub's are awaited",
    },
  ],
  hubContainer: null,
};

export class KeptProtection {
  readonly #options: KeptProtectionOptions;
  #order: ProtectionOrder | null = null;
  readonly #before: InForce = NOTHING;

  /** What was kept and cannot be believed, because somebody changed it or its key was retired, protects everything. */
  constructor(options: KeptProtectionOptions) {
    this.#options = options;
    const text = options.directory.read(FILE);
    if (text === null) return;
    try {
      this.#order = this.#verify(decodeJson(text, signed, FILE));
    } catch {
      this.#before = EVERYTHING;
    }
  }

  /** What is in force. */
  get current(): InForce {
    return this.#order ?? this.#before;
  }

  /** Takes what the hub says. Throws `signature_invalid`, or `superseded` for what is older than what is in force. */
  take({ payload, keyId, signature }: Signed): void {
    const next = this.#verify({ payload, keyId, signature });
    if (this.#order !== null && isOlder(next, this.#order)) {
      throw new ProtocolError("superseded", "These protection rules are older than the ones in force, which stay.");
    }
    // In force from now on, whatever becomes of the disk.
    this.#order = next;
    this.#options.directory.write(FILE, JSON.stringify({ payload, keyId, signature }));
  }

  #verify(message: Signed): ProtectionOrder {
    const { hubId, hostId, isSigned } = this.#options;
    if (!isSigned("protection-rules", message)) {
      throw new ProtocolError("signature_invalid", "The protection rules are not signed by the hub's pinned key.");
    }
    const next = parseProtectionOrder(message.payload);
    if (next.hubId !== hubId || next.hostId !== hostId) {
      throw new ProtocolError("signature_invalid", "The protection rules were meant for another host.");
    }
    return next;
  }
}

const isOlder = (next: ProtectionOrder, before: ProtectionOrder): boolean =>
  next.version === before.version ? BigInt(next.issuedAtNs) < BigInt(before.issuedAtNs) : next.version < before.version;
