import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { HitPlace } from "./scan/scan-job.ts";

/**
 * Where a search goes on: opaque outside, bound to the org and to the question by a signature. Nothing is kept in the hub,
 * so a cursor outlives a restart and is understood by every node.
 */
export interface SearchPosition {
  /** Bounds of the first page, so that a duration does not move between pages. */
  readonly sinceNs: bigint | null;
  readonly untilNs: bigint | null;
  readonly place: HitPlace;
}

export interface CursorSeal {
  write(orgId: OrgId, question: string, position: SearchPosition): string;
  /** @throws ProtocolError `invalid_cursor` */
  read(orgId: OrgId, question: string, cursor: string): SearchPosition;
}

const DOMAIN = "yardarm/search-cursor/v1\0";
const MAC_BYTES = 16;

/** @param secret of the whole installation; only a key that is derived from it is used */
export const createCursorSeal = (secret: string): CursorSeal => {
  const key = createHmac("sha256", secret).update(DOMAIN).digest();
  const macOf = (orgId: OrgId, question: string, payload: Buffer): Buffer =>
    createHmac("sha256", key)
      .update(`${orgId}\0`)
      .update(createHash("sha256").update(question).digest())
      .update(payload)
      .digest()
      .subarray(0, MAC_BYTES);
  return {
    write: (orgId, question, { sinceNs, untilNs, place }) => {
      const text = JSON.stringify([
        sinceNs?.toString() ?? null,
        untilNs?.toString() ?? null,
        place.tsNs.toString(),
        place.containerId,
        place.seq,
      ]);
      const payload = Buffer.from(text);
      return Buffer.concat([macOf(orgId, question, payload), payload]).toString("base64url");
    },
    read: (orgId, question, cursor) => {
      const bytes = Buffer.from(cursor, "base64url");
      const payload = bytes.subarray(MAC_BYTES);
      const mac = bytes.subarray(0, MAC_BYTES);
      if (mac.length < MAC_BYTES || !timingSafeEqual(mac, macOf(orgId, question, payload))) throw invalid();
      const [sinceNs, untilNs, tsNs, containerId, seq] = JSON.parse(payload.toString()) as Payload;
      return {
        sinceNs: sinceNs === null ? null : BigInt(sinceNs),
        untilNs: untilNs === null ? null : BigInt(untilNs),
        place: { tsNs: BigInt(tsNs), containerId, seq },
      };
    },
  };
};

/** Trusted once its signature holds: only this module writes it. */
type Payload = [
  sinceNs: string | null,
  untilNs: string | null,
  tsNs: string,
  containerId: ContainerId | null,
  seq: number,
];

const invalid = (): ProtocolError =>
  new ProtocolError("invalid_cursor", "This cursor does not belong to this question. Search from the beginning.");
