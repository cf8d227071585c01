import { type BrowserContext, test as base, type Page } from "@playwright/test";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { type HubProcess, startHubProcess } from "@yardarm/testkit/hub-process";
import { type HubSession, signInTo } from "@yardarm/testkit/hub-session";
import {
  createTestContainer,
  runTestContainer,
  socketOf,
  type TestContainer,
  type TestContainerOptions,
} from "@yardarm/testkit/test-container";
import { waitUntil } from "@yardarm/testkit/wait-until";

/** Well before Playwright gives the whole test up, so that it says what was waited for. */
const PATIENCE = { timeoutMs: 45_000 };

/** A hub with its local agent, and its owner's session. */
export interface Fleet {
  readonly hub: HubProcess;
  readonly session: HubSession;
  /** The local agent's host. */
  readonly host: Host;
}

interface List<Item> {
  readonly items: readonly Item[];
}

/** The container as the hub knows it, once it does. */
export const findContainer = (session: HubSession, dockerId: string, hostId?: string): Promise<Container> =>
  waitUntil(
    `the hub to know container ${dockerId.slice(0, 12)}`,
    async () => {
      const { items } = await session.get<List<Container>>("/api/containers");
      return items.find((item) => item.dockerId === dockerId && (hostId === undefined || item.hostId === hostId));
    },
    PATIENCE,
  );

const onlineHost = (session: HubSession): Promise<Host> =>
  waitUntil(
    "a host to be online",
    async () => {
      const { items } = await session.get<List<Host>>("/api/hosts");
      return items.find((host) => host.status === "online");
    },
    PATIENCE,
  );

/** Starts a hub with its local agent and returns when the agent has come. */
export const startFleet = async (): Promise<Fleet> => {
  const hub = await startHubProcess({ command: "up" });
  try {
    const session = await hub.signIn();
    return { hub, session, host: await onlineHost(session) };
  } catch (error) {
    await hub.stop();
    throw error;
  }
};

/** The session's cookie in a browser, as if somebody had signed in there. */
export const enter = (context: BrowserContext, { url, cookie }: HubSession): Promise<void> =>
  context.addCookies([
    { ...cookie, domain: new URL(url).hostname, path: "/", secure: true, httpOnly: true, sameSite: "Lax" },
  ]);

/** Names are free for reuse as soon as a test is over; the number keeps tests apart that share the engine. */
let namesGiven = 0;
export const freshName = (word: string): string => `${word}-${process.pid}-${++namesGiven}`;

const PASSWORD = "a password of one's own";

/** Somebody else of the organization, invited and signed in. */
export const joinAs = async (owner: HubSession, role: "operator" | "viewer"): Promise<HubSession> => {
  const email = `${freshName(role)}@example.com`;
  const { link } = await owner.post<{ readonly link: string }>("/api/invitations", { email, role });
  const invitationToken = link.slice(link.indexOf("=") + 1);
  await owner.post("/api/invitations/join", { invitationToken, name: role, password: PASSWORD });
  return signInTo(owner.url, { email, password: PASSWORD });
};

interface TestFixtures {
  /** A page whose browser is signed in as the fleet's owner. */
  readonly page: Page;
  /** Starts a container that is gone when the test is over. */
  readonly run: (options: TestContainerOptions) => Promise<TestContainer>;
  /** Creates one without starting it. */
  readonly create: (options: TestContainerOptions) => Promise<TestContainer>;
  readonly open: (container: TestContainer, page?: Page) => Promise<Container>;
}

/** Tests share one hub with its local agent; who kills it starts one of their own. */
export const test = base.extend<TestFixtures, { readonly fleet: Fleet }>({
  fleet: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      const fleet = await startFleet();
      await use(fleet);
      await fleet.hub.stop();
    },
    { scope: "worker" },
  ],
  page: async ({ page, context, fleet }, use) => {
    await enter(context, fleet.session);
    await use(page);
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
  run: async ({}, use) => {
    const started: TestContainer[] = [];
    await use(async (options) => {
      const container = await runTestContainer(socketOf(process.env.DOCKER_HOST), options);
      started.push(container);
      return container;
    });
    await Promise.all(started.map((container) => container.remove()));
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
  create: async ({}, use) => {
    const created: TestContainer[] = [];
    await use(async (options) => {
      const container = await createTestContainer(socketOf(process.env.DOCKER_HOST), options);
      created.push(container);
      return container;
    });
    await Promise.all(created.map((container) => container.remove()));
  },
  open: async ({ page: own, fleet }, use) => {
    await use(async ({ dockerId }, page = own) => {
      const container = await findContainer(fleet.session, dockerId);
      await page.goto(containerUrl(fleet.hub.url, container));
      return container;
    });
  },
});

export const containerUrl = (hubUrl: string, { hostId, containerId }: Container): string =>
  `${hubUrl}/fleet/${hostId}/${containerId}`;
