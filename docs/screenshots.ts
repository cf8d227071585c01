/**
 * `npm run screenshots [-- name…]`: takes every page, or those named, in both themes and at two widths into `docs/screenshots/`, and
 * writes the page that shows them.
 * `npm run screenshots -- --states [name…]` takes every state of every page instead, from a simulated hub, into `.cache/look/`: too many
 * pictures to keep, with sheets that show many at once. Needs Debian's Chromium and the built pages (`npm run build`).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Browser, type Cookie, chromium } from "@playwright/test";
import type { MetricsHistory } from "@yardarm/protocol/api/metrics";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { CHROMIUM_ARGUMENTS, chromiumPath } from "@yardarm/testkit/chromium";
import { type HubProcess, OWNER, startHubProcess } from "@yardarm/testkit/hub-process";
import type { HubSession } from "@yardarm/testkit/hub-session";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { type Fleet, SCREENS, type Screen } from "./screens.ts";

const FOLDER = path.join(import.meta.dirname, "screenshots");
const THEMES = ["dark", "light"] as const;
const WIDTHS = [
  { name: "1440", viewport: { width: 1440, height: 900 } },
  { name: "390", viewport: { width: 390, height: 844 } },
] as const;

const fileName = ({ name }: Screen, width: string, theme: string): string => `${name}-${width}-${theme}.png`;

type Items<Item> = { readonly items: readonly Item[] };

interface Stage {
  readonly hub: HubProcess;
  /** `null` before anybody owns it. */
  readonly session: HubSession | null;
  /** A browser's session there. */
  readonly cookies: readonly Cookie[];
}

const signInWithBrowser = async (browser: Browser, hub: HubProcess): Promise<readonly Cookie[]> => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${hub.url}/sign-in`);
  await page.getByLabel("E-mail").fill(OWNER.email);
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${hub.url}/fleet`);
  const cookies = await context.cookies();
  await context.close();
  return cookies;
};

const takeScreen = async (browser: Browser, screen: Screen, stage: Stage, fleet: Fleet): Promise<void> => {
  const { hub, session, cookies } = stage;
  for (const width of WIDTHS) {
    for (const theme of THEMES) {
      const options = { viewport: width.viewport, colorScheme: theme, reducedMotion: "reduce" } as const;
      const context = await browser.newContext(options);
      if (screen.isSignedOut !== true) await context.addCookies([...cookies]);
      const page = await context.newPage();
      await page.goto(hub.url + screen.path(fleet));
      // A font that comes late is used from the next visit on, so that nothing moves; this is the next visit.
      await page.evaluate("document.fonts.ready.then(() => true)");
      await page.goto(hub.url + screen.path(fleet));
      await screen.act(page);
      await page.screenshot({ path: path.join(FOLDER, fileName(screen, width.name, theme)), animations: "disabled" });
      await context.close();
      // What one picture has added must not be on the next.
      if (screen.hub === "empty" && session !== null) await removeHosts(session);
    }
  }
};

const removeHosts = async (session: HubSession): Promise<void> => {
  const { items } = await session.get<Items<Host>>("/api/hosts");
  for (const { hostId } of items) await session.remove(`/api/hosts/${hostId}`);
};

const readFleet = (session: HubSession): Promise<Fleet> =>
  waitUntil("the simulated fleet to be complete", async () => {
    const { items: hosts } = await session.get<Items<Host>>("/api/hosts");
    const { items: containers } = await session.get<Items<Container>>("/api/containers");
    const hasCome = ({ hostId, status }: Host): boolean =>
      status === "online" && containers.some((container) => container.hostId === hostId);
    return hosts.length > 0 && hosts.every(hasCome) && { hosts, containers };
  });

/** A chart of a single sample would not show what it is. */
const SAMPLES = 40;

const untilChartsHaveContent = (session: HubSession, { containers }: Fleet): Promise<unknown> => {
  const running = containers.find(({ state }) => state === "running");
  const url = `/api/containers/${running?.containerId}/metrics?range=15m`;
  const hasEnough = async (): Promise<boolean> => (await session.get<MetricsHistory>(url)).tsMs.length >= SAMPLES;
  return waitUntil(`${SAMPLES} samples in the charts`, hasEnough, { timeoutMs: 10 * 60_000, everyMs: 2_000 });
};

/** The page that shows all pictures. */
const renderGallery = (): string => {
  const [wide, narrow] = WIDTHS;
  const pictures = SCREENS.flatMap((screen) => [
    `## ${screen.title}`,
    "",
    ...THEMES.flatMap((theme) => [
      `<img src="${fileName(screen, wide.name, theme)}" width="700" alt="${screen.title}, ${theme} theme">`,
      `<img src="${fileName(screen, narrow.name, theme)}" width="202" alt="The same on a phone, ${theme} theme">`,
      "",
    ]),
  ]);
  const opening =
    "The simulated fleet of `npm start -- --demo`. Taken and written by `npm run screenshots`; do not edit by hand.";
  return ["# Screenshots", "", opening, "", ...pictures].join("\n");
};

const names = process.argv.slice(2);
if (names[0] === "--states") {
  const look = path.join(import.meta.dirname, "../web/dev/look.ts");
  const child = spawn(process.execPath, [look, ...names.slice(1)], { stdio: "inherit" });
  const [status] = (await once(child, "exit")) as [number | null];
  process.exit(status ?? 1);
}
const wanted = SCREENS.filter(({ name }) => names.length === 0 || names.includes(name));
if (wanted.length === SCREENS.length) await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
await using demo = await startHubProcess({ command: "up", args: ["--demo"] });
await using fresh = await startHubProcess({ command: "hub", isUnclaimed: true });
await using empty = await startHubProcess({ command: "hub" });
const session = await demo.signIn();
const fleet = await readFleet(session);
if (wanted.some(({ hasCharts }) => hasCharts === true)) {
  console.error("Waiting for the charts to have some content.");
  await untilChartsHaveContent(session, fleet);
}
const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGUMENTS] });
try {
  const enter = (hub: HubProcess): Promise<readonly Cookie[]> => signInWithBrowser(browser, hub);
  const stages: Readonly<Record<Screen["hub"], Stage>> = {
    fresh: { hub: fresh, session: null, cookies: [] },
    empty: { hub: empty, session: await empty.signIn(), cookies: await enter(empty) },
    fleet: { hub: demo, session, cookies: await enter(demo) },
  };
  for (const screen of wanted) {
    console.error(screen.title);
    await takeScreen(browser, screen, stages[screen.hub], fleet);
  }
} finally {
  await browser.close();
}
await writeFile(path.join(FOLDER, "README.md"), renderGallery());
console.error(`Pictures in ${path.relative(process.cwd(), FOLDER)}.`);
