/**
 * Branded identifiers. An id of one kind can never be passed where another kind is expected;
 * at run time every one is a plain string.
 *
 * `ContainerId` and `WorkloadId` are opaque and derived by the hub; `DockerId` is the engine's own 64 hex digits
 * and is only a field of a container, never its identity.
 */
declare const brand: unique symbol;
type Branded<Kind extends string> = string & { readonly [brand]: Kind };

export type OrgId = Branded<"OrgId">;
export type ProjectId = Branded<"ProjectId">;
export type UserId = Branded<"UserId">;
export type SessionId = Branded<"SessionId">;
export type HostId = Branded<"HostId">;
export type ContainerId = Branded<"ContainerId">;
export type WorkloadId = Branded<"WorkloadId">;
export type DockerId = Branded<"DockerId">;
export type ActionId = Branded<"ActionId">;
export type HubId = Branded<"HubId">;
export type NodeId = Branded<"NodeId">;
export type KeyId = Branded<"KeyId">;
export type JoinTokenId = Branded<"JoinTokenId">;
export type InvitationId = Branded<"InvitationId">;
export type ApiTokenId = Branded<"ApiTokenId">;
export type ViewId = Branded<"ViewId">;
export type PasskeyId = Branded<"PasskeyId">;
/** Somebody at an OpenID Connect provider, linked to an account. */
export type IdentityId = Branded<"IdentityId">;
export type ProtectionRuleId = Branded<"ProtectionRuleId">;
/** A plan for several containers, and its execution. */
export type BulkId = Branded<"BulkId">;

export type AnyId =
  | OrgId
  | ProjectId
  | UserId
  | SessionId
  | HostId
  | ContainerId
  | WorkloadId
  | DockerId
  | ActionId
  | HubId
  | NodeId
  | KeyId
  | JoinTokenId
  | InvitationId
  | ApiTokenId
  | ViewId
  | PasskeyId
  | IdentityId
  | ProtectionRuleId
  | BulkId;

/** Brands a string whose provenance the caller vouches for (a database row, a validated message). */
export const asId = <Id extends AnyId>(value: string): Id => value as Id;

/** Shape of every id that the hub makes: a lower-case prefix, `_`, then 10 to 64 characters of base32 (no padding) or hex. */
export const ID_PATTERN: RegExp = /^[a-z]{2,5}_[0-9a-z]{10,64}$/;

/** The engine's container id: exactly 64 lower-case hex digits. */
export const DOCKER_ID_PATTERN: RegExp = /^[0-9a-f]{64}$/;
