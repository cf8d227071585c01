import type { HostId, HubId, OrgId } from "@yardarm/protocol/ids";
import {
  arrayOf,
  base64UrlOf,
  type Decoder,
  decodeJson,
  dockerId,
  idOf,
  integerOf,
  matching,
  objectOf,
  tsNsText,
} from "@yardarm/protocol/json-decoder";
import { CURSOR_TAIL_LINES } from "@yardarm/protocol/log/cursor";
import { HOST_PAGE_LINES } from "@yardarm/protocol/log/page-frame";
import type { LogReadOrder } from "@yardarm/protocol/log-read";

const order: Decoder<LogReadOrder> = objectOf({
  hubId: idOf<HubId>(),
  orgId: idOf<OrgId>(),
  hostId: idOf<HostId>(),
  sessionNonce: base64UrlOf(32),
  request: integerOf({ min: 1, max: 0xffff_ffff }),
  dockerId,
  before: arrayOf(objectOf({ tsNs: tsNsText, hash: matching(/^[0-9a-f]{16}$/, "16 hex digits") }), {
    max: CURSOR_TAIL_LINES,
  }),
  maxLines: integerOf({ min: 1, max: HOST_PAGE_LINES }),
  expiresAtNs: tsNsText,
});

/** Decodes the payload of a `log.read`, after its signature was verified. Throws `malformed_frame`. */
export const parseReadOrder = (payload: string): LogReadOrder => decodeJson(payload, order, "order");
