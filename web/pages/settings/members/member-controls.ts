import type { Me } from "@yardarm/protocol/api/auth";
import type { Member } from "@yardarm/protocol/api/members";
import { refusalOf, roleOf } from "../../../api/permissions.ts";
import { mayGive } from "./role-words.ts";

/** Why each control of a member's row is off, as a sentence; `null` when it is on. The hub decides; this explains beforehand. */
export type MemberControls = {
  readonly change: string | null;
  /** Of oneself: leave. */
  readonly remove: string | null;
  readonly handOver: string | null;
};

export const memberControls = (me: Me, member: Member, members: readonly Member[]): MemberControls => {
  const isLastOwner = member.role === "owner" && members.filter(({ role }) => role === "owner").length === 1;
  const lastOwner = member.self
    ? "You are the only owner. Hand the organization over first, or make somebody else an owner."
    : "This is the only owner: an organization always has one.";
  const manage = refusalOf(me, "member.manage");
  const above = mayGive(roleOf(me), member.role) ? null : `Your role (${roleOf(me)}) is below theirs. Ask an owner.`;
  return {
    change: manage ?? above ?? (isLastOwner ? lastOwner : null),
    remove: isLastOwner ? lastOwner : member.self ? null : (manage ?? above),
    handOver:
      refusalOf(me, "org.manage") ?? (member.self ? "You own it already: open the menu of whoever gets it." : null),
  };
};
