import { expect, type Page } from "@playwright/test";
import { freshName, test } from "./fixtures.ts";

const LIMIT_MS = 1_000;
const RUNS = 3;

/** Resolves with the time, in ms since the epoch, at which the row of this container with this word has been painted. */
const whenRowSays = (page: Page, name: string, word: string): Promise<number> =>
  page.evaluate(
    ([wantedName = "", wantedWord = ""]) =>
      new Promise<number>((resolve) => {
        const look = (): void => {
          const rows = [...document.querySelectorAll('[role="row"]')];
          const isThere = rows.some(
            ({ textContent }) => textContent.includes(wantedName) && textContent.includes(wantedWord),
          );
          if (!isThere) return;
          observer.disconnect();
          requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { childList: true, subtree: true, characterData: true });
        look();
      }),
    [name, word],
  );

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

test("[CONT-07] a container started by somebody else is on the fleet page within 1 s, and so is its stop", async ({
  page,
  fleet,
  create,
}) => {
  await page.goto(`${fleet.hub.url}/fleet`);
  await expect(page.getByRole("table", { name: "Containers" })).toBeVisible();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();

  const started: number[] = [];
  const stopped: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const container = await create({ name: freshName("newcomer"), script: "sleep 1000" });
    const [runningAtMs] = await Promise.all([whenRowSays(page, container.name, "Running"), container.start()]);
    started.push(runningAtMs - (await container.lastEventMs("start")));
    const [exitedAtMs] = await Promise.all([whenRowSays(page, container.name, "Exited (0)"), container.stop()]);
    stopped.push(exitedAtMs - (await container.lastEventMs("die")));
  }

  const shown = (values: readonly number[]): string => values.map((value) => value.toFixed(0)).join(", ");
  process.stdout.write(
    `From the engine's event to the painted row, ms: start ${shown(started)}; stop ${shown(stopped)}\n`,
  );
  expect(median(started), `start: ${shown(started)} ms`).toBeLessThanOrEqual(LIMIT_MS);
  expect(median(stopped), `stop: ${shown(stopped)} ms`).toBeLessThanOrEqual(LIMIT_MS);
});

test("[CONT-07] a removed container leaves the fleet page", async ({ page, fleet, run }) => {
  const container = await run({ name: freshName("leaver"), script: "sleep 1000" });
  await page.goto(`${fleet.hub.url}/fleet`);
  const link = page.getByRole("link", { name: container.name });
  await expect(link).toBeVisible();
  await container.remove();
  await expect(link).toBeHidden();
});
