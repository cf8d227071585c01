import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, chromium, type Page } from "@playwright/test";
import { CHROMIUM_ARGUMENTS, chromiumPath } from "@yardarm/testkit/chromium";
import { makeSheet } from "./contact-sheets.ts";
import { type MockHub, startMockHub } from "./mock-hub.ts";
import { OWNER } from "./mock-routes.ts";
import { SCENES, type Scene } from "./scenes.ts";

/**
 * `npm run look -w web [-- name…]`: takes every page in both themes at both widths, and fails for what a machine can
 * see: accessibility (axe), violations of the content policy, script errors, and layout that moved by itself. What only people see they
 * find on the sheets, which show many pictures at once.
 */

const OUT = fileURLToPath(new URL("../../.cache/look/", import.meta.url));
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const WIDTHS = [
  { name: "1440", viewport: { width: 1440, height: 900 } },
  { name: "390", viewport: { width: 390, height: 844 } },
] as const;
const THEMES = ["dark", "light"] as const;
/** Sum of unexpected shifts; what the first data moves counts as well. */
const MAX_SHIFT = 0.001;

const SHEETS = {
  "1440": { widthPx: 720, columns: 3, pictures: 12 },
  "390": { widthPx: 260, columns: 8, pictures: 24 },
} as const;

const complaints: string[] = [];
const taken: string[] = [];

type LayoutShift = {
  readonly hadRecentInput: boolean;
  readonly value: number;
  readonly sources: readonly { readonly node?: Node; readonly previousRect: DOMRect; readonly currentRect: DOMRect }[];
};
type Seen = { readonly violations: string[]; readonly shift: number; readonly moved: string[] };

/** Runs in the page before anything else: notes what the policy refused and what moved. */
const observe = (): void => {
  const seen = { violations: [] as string[], shift: 0, moved: [] as string[] };
  Object.assign(globalThis, { __look: seen });
  document.addEventListener("securitypolicyviolation", (event) => {
    seen.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
  });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as unknown as LayoutShift[]) {
      if (entry.hadRecentInput) continue;
      seen.shift += entry.value;
      for (const { node, previousRect: from, currentRect: to } of entry.sources) {
        const name = `${node?.nodeName} "${node?.textContent?.slice(0, 40)}"`;
        seen.moved.push(
          `${name} ${from.x},${from.y} ${from.width}×${from.height} → ${to.x},${to.y} ${to.width}×${to.height}`,
        );
      }
    }
  }).observe({ type: "layout-shift", buffered: true });
};

const signIn = async (context: BrowserContext, hub: MockHub): Promise<void> => {
  await context.request.post(`${hub.url}/api/auth/sign-in`, { data: { email: OWNER.email, password: OWNER.password } });
  // The request context keeps `Secure` cookies from plain HTTP to itself; the browser accepts them on loopback.
  const { cookies } = await context.storageState();
  await context.addCookies(cookies);
};

const take = async (page: Page, scene: Scene, hub: MockHub, label: string): Promise<void> => {
  page.on("pageerror", (error) => complaints.push(`${label}: ${error.message}`));
  page.on("console", (message) => {
    const isExpected =
      scene.expectsFailures === true && /Failed to load resource|WebSocket connection/.test(message.text());
    if (message.type() === "error" && !isExpected) complaints.push(`${label}: console: ${message.text()}`);
  });
  await page.addInitScript(observe);
  await page.goto(hub.url + scene.path(hub));
  await scene.act(page, hub);
  await page.screenshot({ path: `${OUT}${label}.png` });
  taken.push(`${label}.png`);
  const seen = await page.evaluate(() => (globalThis as unknown as { __look: Seen }).__look);
  for (const violation of seen.violations) complaints.push(`${label}: policy: ${violation}`);
  if (seen.shift > MAX_SHIFT && scene.isReordering !== true)
    complaints.push(`${label}: layout moved by ${seen.shift.toFixed(4)}: ${seen.moved.join("; ")}`);
  const axe = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  for (const violation of axe.violations) {
    const where = violation.nodes.map((node) => `${node.target.join(" ")} (${node.failureSummary ?? ""})`).slice(0, 3);
    complaints.push(`${label}: axe ${violation.id}: ${where.join("; ").replaceAll("\n", " ")}`);
  }
};

const lookAt = async (browser: Browser, scene: Scene): Promise<void> => {
  for (const width of WIDTHS) {
    if (scene.isWideOnly === true && width.viewport.width < 640) continue;
    for (const colorScheme of THEMES) {
      const hub = await startMockHub({
        port: 0,
        isClaimed: scene.isClaimed ?? true,
        role: scene.role ?? "owner",
        extraContainers: scene.extraContainers === undefined ? 0 : scene.extraContainers,
      });
      const context = await browser.newContext({ viewport: width.viewport, colorScheme, reducedMotion: "reduce" });
      try {
        if (scene.isSignedOut !== true) await signIn(context, hub);
        await take(await context.newPage(), scene, hub, `${scene.name}-${width.name}-${colorScheme}`);
      } catch (error) {
        complaints.push(`${scene.name}-${width.name}-${colorScheme}: ${String(error)}`);
      } finally {
        await context.close();
        await hub.close();
      }
    }
  }
};

const makeSheets = async (browser: Browser): Promise<void> => {
  for (const width of WIDTHS) {
    const { pictures, ...look } = SHEETS[width.name];
    const files = taken.filter((file) => file.includes(`-${width.name}-`));
    for (let from = 0; from < files.length; from += pictures) {
      const name = `sheet-${width.name}-${Math.floor(from / pictures) + 1}`;
      await makeSheet(browser, OUT, { name, files: files.slice(from, from + pictures), ...look });
    }
  }
};

await mkdir(OUT, { recursive: true });
const wanted = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGUMENTS] });
try {
  for (const scene of SCENES) {
    if (wanted.length === 0 || wanted.some((name) => scene.name.startsWith(name))) await lookAt(browser, scene);
  }
  await makeSheets(browser);
} finally {
  await browser.close();
}
process.stdout.write(`Pictures in ${OUT}\n`);
for (const complaint of complaints) process.stdout.write(`✗ ${complaint}\n`);
process.exitCode = complaints.length === 0 ? 0 : 1;
