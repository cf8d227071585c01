import type { ActionCommand, ActionVerb } from "@yardarm/protocol/action";
import type { ActionId, ContainerId, HostId, HubId, OrgId } from "@yardarm/protocol/ids";
import {
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

/** The closed table of what a hub can ask for. */
const VERBS: readonly ActionVerb[] = ["START", "STOP", "RESTART", "PAUSE", "UNPAUSE", "KILL"];

const command: Decoder<ActionCommand> = objectOf({
  hubId: idOf<HubId>(),
  orgId: idOf<OrgId>(),
  hostId: idOf<HostId>(),
  actionId: idOf<ActionId>(),
  containerId: idOf<ContainerId>(),
  dockerId,
  startedAtNs: nullable(tsNsText),
  verb: oneOf(VERBS),
  timeoutSeconds: nullable(integerOf({ min: 0, max: 3600 })),
  actor: textOf({ max: 320 }),
  override: nullable(objectOf({ name: textOf({ min: 1, max: 256 }), reason: textOf({ min: 1, max: 500 }) })),
  sessionNonce: textOf({ max: 64 }),
  issuedAtNs: tsNsText,
  timeToLiveMs: integerOf({ min: 1, max: 3_700_000 }),
  intent: objectOf({ seq: integerOf({ min: 1 }), hash: textOf({ max: 64 }) }),
});

/** Decodes the payload of an `action`, after its signature was verified. Throws `malformed_frame`. */
export const parseActionCommand = (payload: string): ActionCommand => decodeJson(payload, command, "command");
