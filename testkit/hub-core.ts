import { randomBytes } from "node:crypto";
import path from "node:path";
import { AuditChain } from "@yardarm/hub/audit/audit-chain";
import { Accounts } from "@yardarm/hub/auth/account/accounts";
import { type Claimed, FirstRun } from "@yardarm/hub/auth/account/first-run";
import { AgentConnect } from "@yardarm/hub/auth/agent/agent-connect";
import { AgentKeys } from "@yardarm/hub/auth/agent/agent-keys";
import { Enrollment } from "@yardarm/hub/auth/agent/enrollment";
import { ApiTokens } from "@yardarm/hub/auth/api-token/api-tokens";
import type { AuthorityChange } from "@yardarm/hub/auth/authority/requester";
import { SecretBox } from "@yardarm/hub/auth/crypto/secret-box";
import { type HubKeys, openHubKeys } from "@yardarm/hub/auth/hub-keys/hub-keys";
import { Invitations } from "@yardarm/hub/auth/org/invitations";
import { Members } from "@yardarm/hub/auth/org/members";
import { Orgs } from "@yardarm/hub/auth/org/orgs";
import { Projects } from "@yardarm/hub/auth/org/projects";
import { Passkeys } from "@yardarm/hub/auth/passkey/passkeys";
import { type Argon2Cost, Passwords } from "@yardarm/hub/auth/password/password";
import { createSessionCookie } from "@yardarm/hub/auth/request/cookies";
import { SecondFactor } from "@yardarm/hub/auth/second-factor/second-factor";
import { Callers } from "@yardarm/hub/auth/session/callers";
import { type NewSession, Sessions } from "@yardarm/hub/auth/session/sessions";
import { type Admission, Door } from "@yardarm/hub/auth/sign-in/door";
import { Proofs } from "@yardarm/hub/auth/sign-in/proofs";
import { SignIn } from "@yardarm/hub/auth/sign-in/sign-in";
import { openSqliteStorage } from "@yardarm/hub/storage/sqlite/open-sqlite";
import type { Storage } from "@yardarm/hub/storage/storage";
import { ManualClock } from "./manual-clock.ts";
import { makeMemoryDir } from "./temp-dir.ts";

/** A hub without sockets: storage, keys and people, on a clock that the test moves. */
export interface HubCore extends AsyncDisposable {
  readonly directory: string;
  readonly keyFile: string;
  readonly clock: ManualClock;
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly keys: HubKeys;
  /** As it was shown once. */
  readonly recoveryKey: string;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly firstRun: FirstRun;
  readonly enrollment: Enrollment;
  readonly agentConnect: AgentConnect;
  readonly agentKeys: AgentKeys;
  readonly apiTokens: ApiTokens;
  readonly callers: Callers;
  readonly invitations: Invitations;
  readonly accounts: Accounts;
  readonly members: Members;
  readonly orgs: Orgs;
  readonly projects: Projects;
  readonly signIn: SignIn;
  readonly door: Door;
  readonly secondFactor: SecondFactor;
  readonly proofs: Proofs;
  readonly passkeys: Passkeys;
  /** Whose rights changed, in order. */
  readonly announced: readonly AuthorityChange[];
  /** Claims the hub for `owner@example.com`, password `correct horse battery`. */
  readonly claim: () => Promise<Claimed & { readonly session: NewSession }>;
}

export const OWNER = { email: "owner@example.com", password: "correct horse battery" } as const;

/** The session of somebody who needed no second step. */
export const sessionOf = (admission: Admission): NewSession => {
  if (admission.kind !== "session") throw new Error("A second factor is asked for.");
  return admission.session;
};

/** Tests of people are not tests of the hash. */
export const CHEAP: Argon2Cost = { memory: 64, passes: 1 };

/** Opens an empty hub in a directory of its own, on SQLite unless the test brings another empty storage. */
export const openHubCore = async (given?: Storage): Promise<HubCore> => {
  const directory = await makeMemoryDir("hub");
  const keyFile = path.join(directory.path, "hub-key.json");
  const clock = new ManualClock();
  const storage = given ?? (await openSqliteStorage({ dataDirectory: directory.path }));
  const base = { storage, nowMs: () => clock.nowMs(), random: randomBytes };
  const audit = new AuditChain({ storage, nowNs: () => clock.nowNs() });
  let recoveryKey = "";
  const showRecoveryKey = (shown: string): void => {
    recoveryKey = shown;
  };
  const keys = await openHubKeys({ ...base, file: keyFile, showRecoveryKey });
  const passwords = new Passwords({ random: randomBytes, cost: CHEAP });
  const sessions = new Sessions(base);
  const firstRun = new FirstRun({ ...base, audit, passwords, sessions });
  const enrollment = new Enrollment({ ...base, audit, keys });
  const announced: AuthorityChange[] = [];
  const announce = (change: AuthorityChange): void => void announced.push(change);
  const apiTokens = new ApiTokens({ ...base, audit, announce });
  const cookie = createSessionCookie(null);
  const callers = new Callers({ sessions, apiTokens, cookie });
  const invitations = new Invitations({ ...base, audit });
  const box = new SecretBox({ file: path.join(directory.path, "secrets-key"), random: randomBytes });
  const secondFactor = new SecondFactor({ ...base, audit, box });
  const door = new Door({ ...base, audit, sessions, invitations, secondFactor });
  const relyingParty = () => ({ id: "localhost", origin: "http://localhost:8080" });
  const people = {
    ...{ apiTokens, callers, invitations, door, secondFactor },
    proofs: new Proofs({ ...base, passwords, sessions, secondFactor }),
    passkeys: new Passkeys({ ...base, audit, door, relyingParty }),
    accounts: new Accounts({ ...base, audit, passwords, sessions, invitations, door, announce, isOpen: true }),
    members: new Members({ storage, audit, announce }),
    orgs: new Orgs({ ...base, audit, sessions }),
    projects: new Projects({ ...base, audit, announce }),
    signIn: new SignIn({ storage, audit, passwords, door, announce }),
  };
  const nonceKey = (await storage.system.instance.find())?.nonceKey ?? "";
  const agentConnect = new AgentConnect({ ...base, audit, hubId: keys.hubId, nonceKey });
  return {
    ...{ directory: directory.path, keyFile, clock, storage, audit, keys, recoveryKey, passwords, sessions, firstRun },
    ...{ enrollment, agentConnect, agentKeys: new AgentKeys({ storage, audit, keys }), announced, ...people },
    claim: async () => {
      const claimed = await firstRun.claimFor(OWNER);
      if (claimed === null) throw new Error("The hub was claimed before.");
      const session = await sessions.create(claimed, { address: "192.0.2.10", userAgent: "test" });
      return { ...claimed, session };
    },
    [Symbol.asyncDispose]: async () => {
      await storage.close();
      await directory.remove();
    },
  };
};
