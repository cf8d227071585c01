/** Hosts with containers to act on, a hub, and people of its organization: everything that is broken meanwhile. */
import type { ContainerId } from "@yardarm/protocol/ids";
import { type HubProcess, startHubProcess } from "../../../testkit/hub-process.ts";
import { type HubSession, signInTo } from "../../../testkit/hub-session.ts";
import { waitUntil } from "../../../testkit/wait-until.ts";
import type { ActedContainer, Temper } from "./acted-container.ts";
import { ActedHost } from "./acted-host.ts";
import { type Ending, ending } from "./ending.ts";
import { Screen } from "./screen.ts";

export type KnownContainer = {
  readonly host: ActedHost;
  readonly container: ActedContainer;
  readonly containerId: ContainerId;
};

export type ActionsWorldOptions = {
  readonly hosts: number;
  /** The containers of each host. */
  readonly tempers: readonly Temper[];
  /** Operators beside the owner. */
  readonly operators: number;
};

/** For a busy machine. */
const PATIENT = { timeoutMs: 120_000, everyMs: 50 };
const PASSWORD = "a password of one's own";

export class ActionsWorld implements AsyncDisposable {
  readonly session: HubSession;
  /** Everybody who may act, the owner first. */
  readonly people: readonly HubSession[];
  readonly hosts: readonly ActedHost[];
  readonly containers: readonly KnownContainer[];
  readonly hub: HubProcess;
  readonly screen: Screen;
  readonly #stack: AsyncDisposableStack;
  #hubIsDown = false;

  private constructor(
    parts: Pick<ActionsWorld, "people" | "hosts" | "containers" | "hub" | "screen">,
    stack: AsyncDisposableStack,
  ) {
    this.people = parts.people;
    this.session = parts.people[0] as HubSession;
    this.hosts = parts.hosts;
    this.containers = parts.containers;
    this.hub = parts.hub;
    this.screen = parts.screen;
    this.#stack = stack;
  }

  static async start({ hosts: count, tempers, operators }: ActionsWorldOptions): Promise<ActionsWorld> {
    await using started = new AsyncDisposableStack();
    const hub = started.use(await startHubProcess({ command: "hub" }));
    const session = await hub.signIn();
    const names = Array.from({ length: count }, (_, index) => `host-${index + 1}`);
    const hosts = await Promise.all(
      names.map(async (name) => started.use(await ActedHost.start({ name, session, hubPort: hub.port, tempers }))),
    );
    const people = [session];
    for (let index = 1; index <= operators; index += 1) people.push(await join(session, `operator-${index}`));
    const screen = started.use(new Screen(session));
    const containers = await Promise.all(
      hosts.flatMap((host) =>
        host.containers.map(async (container): Promise<KnownContainer> => {
          const find = (): ContainerId | undefined => screen.containerId(container.dockerId);
          return { host, container, containerId: await waitUntil(`the hub to know ${container.name}`, find, PATIENT) };
        }),
      ),
    );
    return new ActionsWorld({ people, hosts, containers, hub, screen }, started.move());
  }

  /** Ends the hub, and resolves with what starts it again; `null` when it is down already. */
  async breakHub({ signal, downMs }: Ending): Promise<(() => Promise<void>) | null> {
    if (this.#hubIsDown) return null;
    this.#hubIsDown = true;
    const gone = signal === "SIGKILL" ? this.hub.kill() : this.hub.program().stop();
    const mend = await ending({ signal, downMs }, gone, () => this.hub.restart());
    return async () => {
      await mend();
      this.#hubIsDown = false;
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

const join = async (owner: HubSession, name: string): Promise<HubSession> => {
  const email = `${name}@example.com`;
  const { link } = await owner.post<{ readonly link: string }>("/api/invitations", { email, role: "operator" });
  const invitationToken = link.slice(link.indexOf("=") + 1);
  await owner.post("/api/invitations/join", { invitationToken, name, password: PASSWORD });
  return signInTo(owner.url, { email, password: PASSWORD });
};
