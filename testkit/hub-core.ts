import { randomBytes } from "node:crypto";
import path from "node:path";
import { AuditChain } from "@yardarm/hub/audit/audit-chain";
import { AgentConnect } from "@yardarm/hub/auth/agent-connect";
import { Enrollment } from "@yardarm/hub/auth/enrollment";
import { type Claimed, FirstRun } from "@yardarm/hub/auth/first-run";
import { type HubKeys, openHubKeys } from "@yardarm/hub/auth/hub-keys";
import { Passwords } from "@yardarm/hub/auth/password";
import { type NewSession, Sessions } from "@yardarm/hub/auth/sessions";
import { openSqliteStorage } from "@yardarm/hub/storage/sqlite/open-sqlite";
import type { Storage } from "@yardarm/hub/storage/storage";
import { ManualClock } from "./manual-clock.ts";
import { makeTempDir } from "./temp-dir.ts";

/** A hub without sockets: storage, keys and people, on a clock that the test moves. */
export interface HubCore extends AsyncDisposable {
  readonly directory: string;
  readonly keyFile: string;
  readonly clock: ManualClock;
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly keys: HubKeys;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly firstRun: FirstRun;
  readonly enrollment: Enrollment;
  readonly agentConnect: AgentConnect;
  /** Claims the hub for `owner@example.com`, password `correct horse battery`. */
  readonly claim: () => Promise<Claimed & { readonly session: NewSession }>;
}

export const OWNER = { email: "owner@example.com", password: "correct horse battery" } as const;

/** Tests of people are not tests of the hash. */
const CHEAP = { memory: 64, passes: 1 };

/** Opens an empty hub in a directory of its own, on SQLite unless the test brings another empty storage. */
export const openHubCore = async (given?: Storage): Promise<HubCore> => {
  const directory = await makeTempDir("hub");
  const keyFile = path.join(directory.path, "hub-key.json");
  const clock = new ManualClock();
  const storage = given ?? (await openSqliteStorage({ dataDirectory: directory.path }));
  const base = { storage, nowMs: () => clock.nowMs(), random: randomBytes };
  const audit = new AuditChain({ storage, nowNs: () => clock.nowNs() });
  const keys = await openHubKeys({ ...base, file: keyFile });
  const passwords = new Passwords({ random: randomBytes, cost: CHEAP });
  const sessions = new Sessions(base);
  const firstRun = new FirstRun({ ...base, audit, passwords, sessions });
  const enrollment = new Enrollment({ ...base, audit, keys });
  const nonceKey = (await storage.system.instance.find())?.nonceKey ?? "";
  const agentConnect = new AgentConnect({ ...base, hubId: keys.hubId, nonceKey });
  return {
    ...{ directory: directory.path, keyFile, clock, storage, audit, keys, passwords, sessions, firstRun },
    ...{ enrollment, agentConnect },
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
