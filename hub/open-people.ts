import { randomBytes } from "node:crypto";
import { AuditChain } from "./audit/audit-chain.ts";
import { Accounts } from "./auth/account/accounts.ts";
import { FirstRun } from "./auth/account/first-run.ts";
import { AgentConnect } from "./auth/agent/agent-connect.ts";
import { AgentKeys } from "./auth/agent/agent-keys.ts";
import { Enrollment } from "./auth/agent/enrollment.ts";
import { ApiTokens } from "./auth/api-token/api-tokens.ts";
import type { Announce } from "./auth/authority/requester.ts";
import { SecretBox } from "./auth/crypto/secret-box.ts";
import { type HubKeys, openHubKeys } from "./auth/hub-keys/hub-keys.ts";
import type { Post } from "./auth/letter/letters.ts";
import { Invitations } from "./auth/org/invitations.ts";
import { Members } from "./auth/org/members.ts";
import { Orgs } from "./auth/org/orgs.ts";
import { Projects } from "./auth/org/projects.ts";
import { Passkeys } from "./auth/passkey/passkeys.ts";
import type { RelyingParty } from "./auth/passkey/relying-party.ts";
import { ForgottenPassword } from "./auth/password/forgotten-password.ts";
import { Passwords } from "./auth/password/password.ts";
import { Identities } from "./auth/provider/identities.ts";
import { OidcProvider } from "./auth/provider/oidc-provider.ts";
import type { SessionCookie } from "./auth/request/cookies.ts";
import { SecondFactor } from "./auth/second-factor/second-factor.ts";
import { Callers } from "./auth/session/callers.ts";
import { Sessions } from "./auth/session/sessions.ts";
import { Tickets } from "./auth/session/tickets.ts";
import { Door } from "./auth/sign-in/door.ts";
import { Proofs } from "./auth/sign-in/proofs.ts";
import { SignIn } from "./auth/sign-in/sign-in.ts";
import type { Storage } from "./storage/storage.ts";

/** Everything that answers "who is it": people, agents, the hub's own key, and the audit that remembers. */
export type People = {
  readonly audit: AuditChain;
  readonly keys: HubKeys;
  readonly sessions: Sessions;
  readonly firstRun: FirstRun;
  readonly signIn: SignIn;
  readonly door: Door;
  readonly secondFactor: SecondFactor;
  readonly proofs: Proofs;
  readonly passkeys: Passkeys;
  readonly identities: Identities;
  readonly callers: Callers;
  readonly tickets: Tickets;
  readonly accounts: Accounts;
  readonly forgottenPassword: ForgottenPassword;
  readonly orgs: Orgs;
  readonly projects: Projects;
  readonly members: Members;
  readonly invitations: Invitations;
  readonly apiTokens: ApiTokens;
  readonly enrollment: Enrollment;
  readonly agentConnect: AgentConnect;
  readonly agentKeys: AgentKeys;
  /** Removes what has ended by itself; call it every few minutes. */
  readonly prune: () => Promise<void>;
};

/** The operator's OpenID Connect provider. */
export type OidcSettings = {
  readonly issuer: URL;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  readonly redirectUri: () => string;
  readonly failed: (error: unknown) => void;
};

/** @throws ProtocolError `key_mismatch` with a sentence when the hub's key and its database do not belong together */
export const openPeople = async (options: {
  readonly storage: Storage;
  readonly hubKeyFile: string;
  readonly secretsKeyFile: string;
  /** `null`: browsers have no passkeys for this hub. */
  readonly relyingParty: () => RelyingParty | null;
  /** `null`: people sign in here alone. */
  readonly oidc: OidcSettings | null;
  readonly cookie: SessionCookie;
  /** Anybody may sign up. */
  readonly isOpen: boolean;
  readonly announce: Announce;
  /** `null`: no mail is sent. */
  readonly post: Post | null;
  readonly hubUrl: () => string;
  readonly report: (error: unknown) => void;
  readonly nowMs: () => number;
  readonly nowNs: () => bigint;
  /** Told once of a new hub's recovery key. */
  readonly showRecoveryKey: (recoveryKey: string) => void;
}): Promise<People> => {
  const { storage, nowMs, nowNs, cookie, isOpen, announce, oidc, relyingParty } = options;
  const base = { storage, nowMs, random: randomBytes };
  const audit = new AuditChain({ storage, nowNs });
  const keys = await openHubKeys({ ...base, file: options.hubKeyFile, showRecoveryKey: options.showRecoveryKey });
  const passwords = new Passwords({ random: randomBytes });
  const sessions = new Sessions(base);
  const apiTokens = new ApiTokens({ ...base, audit, announce });
  const callers = new Callers({ sessions, apiTokens, cookie });
  const tickets = new Tickets({ ...base, callers });
  const invitations = new Invitations({ ...base, audit });
  const box = new SecretBox({ file: options.secretsKeyFile, random: randomBytes });
  const secondFactor = new SecondFactor({ ...base, audit, box });
  const door = new Door({ ...base, audit, sessions, invitations, secondFactor });
  const accounts = new Accounts({ ...base, audit, passwords, sessions, invitations, door, announce, isOpen });
  const passkeys = new Passkeys({ ...base, audit, door, relyingParty });
  const identities = new Identities({
    ...{ ...base, audit, door, invitations },
    provider: oidc === null ? null : new OidcProvider({ ...oidc, nowMs }),
    providerName: oidc?.name ?? "",
    failed: (error) => oidc?.failed(error),
  });
  const instance = await storage.system.instance.find();
  if (instance === undefined) throw new Error("The instance row vanished.");
  const agentConnect = new AgentConnect({ ...base, audit, hubId: keys.hubId, nonceKey: instance.nonceKey });
  return {
    audit,
    keys,
    sessions,
    firstRun: new FirstRun({ ...base, audit, passwords, sessions }),
    signIn: new SignIn({ storage, audit, passwords, door, announce }),
    proofs: new Proofs({ storage, passwords, sessions, secondFactor, nowMs }),
    ...{ callers, tickets, accounts, invitations, apiTokens, door, secondFactor, passkeys, identities },
    forgottenPassword: new ForgottenPassword({
      ...{ ...base, audit },
      ...{ post: options.post, hubUrl: options.hubUrl, report: options.report },
    }),
    orgs: new Orgs({ ...base, audit, sessions }),
    projects: new Projects({ ...base, audit, announce }),
    members: new Members({ storage, audit, announce }),
    enrollment: new Enrollment({ ...base, audit, keys }),
    agentConnect,
    agentKeys: new AgentKeys({ storage, audit, keys }),
    prune: async () => {
      await Promise.all(
        [sessions, tickets, agentConnect, invitations, apiTokens, accounts, door, passkeys, identities].map((each) =>
          each.prune(),
        ),
      );
    },
  };
};
