/** Hand-written decoding of everything that the hub can say: the agent carries no schema library. */
import type { ActionMessage } from "@yardarm/protocol/agent-down/action";
import type { AgentDown } from "@yardarm/protocol/agent-down/down";
import type { AgentSession } from "@yardarm/protocol/agent-down/welcome";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { ActionId, ContainerId, HostId, HubId, NodeId, OrgId } from "@yardarm/protocol/ids";
import {
  arrayOf,
  base64UrlOf,
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
  unionBy,
} from "@yardarm/protocol/json-decoder";
import { KEY_SET_CHANGES } from "@yardarm/protocol/key-set";
import { AGENT_MESSAGE_BYTES } from "@yardarm/protocol/limits";
import { decodeLogCursor, type LogCursor } from "@yardarm/protocol/log/cursor";

const alias = integerOf({ min: 1, max: 0xffff_ffff });
const seq = integerOf({ min: 0 });
const cursor: Decoder<LogCursor> = (value) => decodeLogCursor(value);
const signed = { payload: textOf({ max: 65_536 }), keyId: textOf({ min: 1, max: 80 }), signature: base64UrlOf(64) };
const type = <const T extends string>(word: T): Decoder<T> => oneOf([word]);

const VERBS: readonly ActionMessage["action"][] = ["START", "STOP", "RESTART", "PAUSE", "UNPAUSE", "KILL"];

const MESSAGES = {
  keys: objectOf({
    type: type("keys"),
    updates: arrayOf(objectOf({ ...signed, payload: textOf({ max: 4096 }) }), { max: KEY_SET_CHANGES }),
  }),
  welcome: objectOf({ type: type("welcome"), ...signed }),
  heartbeat: objectOf({ type: type("heartbeat") }),
  "inventory.request": objectOf({ type: type("inventory.request") }),
  "log.assign": objectOf({
    type: type("log.assign"),
    streams: arrayOf(objectOf({ dockerId, alias, cursor: nullable(cursor) }), { max: 500 }),
  }),
  "log.stream.start": objectOf({ type: type("log.stream.start"), alias }),
  "log.stream.stop": objectOf({ type: type("log.stream.stop"), alias }),
  "log.rewind": objectOf({ type: type("log.rewind"), alias, nextSeq: seq, cursor: nullable(cursor) }),
  "log.read": objectOf({ type: type("log.read"), request: alias, ...signed }),
  "log.read.cancel": objectOf({ type: type("log.read.cancel"), request: alias }),
  ack: objectOf({ type: type("ack"), acks: arrayOf(objectOf({ alias, nextSeq: seq }), { max: 5000 }) }),
  "metrics.watch": objectOf({
    type: type("metrics.watch"),
    dockerIds: arrayOf(dockerId, { max: 2000 }),
    intervalMs: integerOf({ min: 500, max: 60_000 }),
  }),
  action: objectOf({
    type: type("action"),
    action_id: idOf<ActionId>(),
    container_id: idOf<ContainerId>(),
    action: oneOf(VERBS),
    ...signed,
  }),
  "action.query": objectOf({ type: type("action.query"), actionIds: arrayOf(idOf<ActionId>(), { max: 500 }) }),
  "key.rotate": objectOf({ type: type("key.rotate"), ...signed, payload: textOf({ max: 4096 }) }),
  "key.accepted": objectOf({ type: type("key.accepted"), agentPublicKey: base64UrlOf(32) }),
  "protection.rules": objectOf({ type: type("protection.rules"), ...signed, payload: textOf({ max: 262_144 }) }),
  reconnect: objectOf({
    type: type("reconnect"),
    afterMs: integerOf({ min: 0, max: 600_000 }),
    reason: textOf({ max: 256 }),
  }),
} satisfies { readonly [K in AgentDown["type"]]: Decoder<Extract<AgentDown, { type: K }>> };

const message: Decoder<AgentDown> = unionBy("type", MESSAGES);

/** Decodes a parsed message. Throws `malformed_frame` or `unknown_message`. */
export const decodeDown = (value: unknown): AgentDown => message(value, "message");

/** Decodes one text frame. Throws `message_too_large`, `malformed_frame` or `unknown_message`. */
export const parseDown = (frame: Buffer): AgentDown => {
  if (frame.length > AGENT_MESSAGE_BYTES) throw new ProtocolError("message_too_large", "A message is too large.");
  return decodeJson(frame.toString("utf8"), message, "message");
};

const session: Decoder<AgentSession> = objectOf({
  hubId: idOf<HubId>(),
  nodeId: idOf<NodeId>(),
  orgId: idOf<OrgId>(),
  hostId: idOf<HostId>(),
  sessionNonce: base64UrlOf(32),
  epoch: integerOf({ min: 1 }),
  protocol: integerOf({ min: 1 }),
  hubTimeNs: tsNsText,
  enrolledAtNs: tsNsText,
});

/** Decodes the payload of a `welcome`, after its signature was verified. Throws `malformed_frame`. */
export const parseSession = (payload: string): AgentSession => decodeJson(payload, session, "session");
