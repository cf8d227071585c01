import { randomBytes } from "node:crypto";
import { AuditChain } from "./audit/audit-chain.ts";
import { Accounts } from "./auth/accounts.ts";
import { AgentConnect } from "./auth/agent-connect.ts";
import { ApiTokens } from "./auth/api-tokens.ts";
import { Callers } from "./auth/callers.ts";
import type { SessionCookie } from "./auth/cookies.ts";
import { Enrollment } from "./auth/enrollment.ts";
import { FirstRun } from "./auth/first-run.ts";
import { type HubKeys, openHubKeys } from "./auth/hub-keys.ts";
import { Invitations } from "./auth/invitations.ts";
import { Members } from "./auth/members.ts";
import { Orgs } from "./auth/orgs.ts";
import { Passwords } from "./auth/password.ts";
import { Projects } from "./auth/projects.ts";
import type { Announce } from "./auth/requester.ts";
import { Sessions } from "./auth/sessions.ts";
import { SignIn } from "./auth/sign-in.ts";
import { Tickets } from "./auth/tickets.ts";
import type { Storage } from "./storage/storage.ts";

/** Everything that answers "who is it": people, agents, the hub's own key, and the audit that remembers. */
export type People = {
  readonly audit: AuditChain;
  readonly keys: HubKeys;
  readonly sessions: Sessions;
  readonly firstRun: FirstRun;
  readonly signIn: SignIn;
  readonly callers: Callers;
  readonly tickets: Tickets;
  readonly accounts: Accounts;
  readonly orgs: Orgs;
  readonly projects: Projects;
  readonly members: Members;
  readonly invitations: Invitations;
  readonly apiTokens: ApiTokens;
  readonly enrollment: Enrollment;
  readonly agentConnect: AgentConnect;
  /** Removes what has ended by itself; call it every few minutes. */
  readonly prune: () => Promise<void>;
};

/** @throws ProtocolError `key_mismatch` with a sentence when the hub's key and its database do not belong together */
export const openPeople = async (options: {
  readonly storage: Storage;
  readonly hubKeyFile: string;
  readonly cookie: SessionCookie;
  /** Anybody may sign up. */
  readonly isOpen: boolean;
  readonly announce: Announce;
  readonly nowMs: () => number;
  readonly nowNs: () => bigint;
}): Promise<People> => {
  const { storage, nowMs, nowNs, cookie, isOpen, announce } = options;
  const base = { storage, nowMs, random: randomBytes };
  const audit = new AuditChain({ storage, nowNs });
  const keys = await openHubKeys({ ...base, file: options.hubKeyFile });
  const passwords = new Passwords({ random: randomBytes });
  const sessions = new Sessions(base);
  const apiTokens = new ApiTokens({ ...base, audit, announce });
  const callers = new Callers({ sessions, apiTokens, cookie });
  const tickets = new Tickets({ ...base, callers });
  const invitations = new Invitations({ ...base, audit });
  const accounts = new Accounts({ ...base, audit, passwords, sessions, invitations, announce, isOpen });
  const instance = await storage.system.instance.find();
  if (instance === undefined) throw new Error("The instance row vanished.");
  const agentConnect = new AgentConnect({ ...base, hubId: keys.hubId, nonceKey: instance.nonceKey });
  return {
    audit,
    keys,
    sessions,
    firstRun: new FirstRun({ ...base, audit, passwords, sessions }),
    signIn: new SignIn({ storage, audit, passwords, sessions, announce }),
    ...{ callers, tickets, accounts, invitations, apiTokens },
    orgs: new Orgs({ ...base, audit, sessions }),
    projects: new Projects({ ...base, audit, announce }),
    members: new Members({ storage, audit, announce }),
    enrollment: new Enrollment({ ...base, audit, keys }),
    agentConnect,
    prune: async () => {
      await Promise.all(
        [sessions, tickets, agentConnect, invitations, apiTokens, accounts].map((each) => each.prune()),
      );
    },
  };
};
