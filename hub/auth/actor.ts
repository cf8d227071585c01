import type { Role } from "@yardarm/protocol/api/auth";
import type { OrgId, ProjectId, SessionId, UserId } from "@yardarm/protocol/ids";

/** A signed-in person, as they are at this moment. Read it again rather than keep it. */
export interface Actor {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  /** The session's active org. */
  readonly orgId: OrgId;
  readonly role: Role;
  /** Projects to which the membership is narrowed; `null`: the whole org. */
  readonly projects: readonly ProjectId[] | null;
  readonly name: string;
  readonly email: string;
}
