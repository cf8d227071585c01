import { expect } from "@playwright/test";
import type { Container } from "@yardarm/protocol/container";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { containerUrl, freshName, test } from "./fixtures.ts";
import { lineOf } from "./log-watch.ts";

/** Containers that went so long ago that no list shows them. */

/** One more than a host shows of its removed containers. */
const LATER = 101;
const AT_ONCE = 8;

/** Runs `task` for each item, a few at the same time: an engine has better things to do. */
const inTurns = async <Item>(items: readonly Item[], task: (item: Item) => Promise<void>): Promise<void> => {
  const left = [...items];
  const work = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await task(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
};

test("[LOGS-03] a log is read, found and linked to after more than a hundred later containers went", async ({
  page,
  fleet,
  run,
  create,
  open,
}) => {
  const word = freshName("words");
  const first = await run({ name: freshName("first"), script: `echo 'INFO first ${word}'; exit 0` });
  const container = await open(first);
  await expect(lineOf(page, `INFO first ${word}`)).toBeVisible();
  await first.remove();
  const asHub = (): Promise<Container> => fleet.session.get(`/api/containers/${container.containerId}`);
  await waitUntil("the hub to know that it is gone", async () => (await asHub()).removedAtNs !== null);

  const later: Awaited<ReturnType<typeof create>>[] = [];
  await inTurns([...Array(LATER).keys()], async () => {
    later.push(await create({ name: freshName("later"), script: "exit 0" }));
  });
  const known = async (): Promise<readonly Container[]> => {
    const { items } = await fleet.session.get<{ readonly items: readonly Container[] }>("/api/containers?q=later-");
    return items;
  };
  await waitUntil("the hub to know them all", async () => (await known()).length === LATER);
  // The page asks the hub for a container once the fleet does not show it any more.
  const isAsked = page.waitForResponse((response) =>
    response.url().endsWith(`/api/containers/${container.containerId}`),
  );
  await inTurns(later, ({ remove }) => remove());
  expect((await isAsked).status()).toBe(200);
  await expect(lineOf(page, `INFO first ${word}`), "it stays on screen").toBeVisible();

  await page.goto(containerUrl(fleet.hub.url, container));
  await expect(lineOf(page, `INFO first ${word}`)).toBeVisible();
  await expect(page.getByRole("heading", { name: container.name })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Breadcrumb" })).toContainText(container.name);
  await expect(
    page
      .locator("[data-chip]")
      .filter({ hasText: /^Removed/, visible: true })
      .first(),
  ).toBeVisible();

  const hit = page.getByRole("region", { name: "Hits" }).getByRole("listitem");
  for (const selection of [`host=${container.hostId}&`, ""]) {
    await page.goto(`${fleet.hub.url}/logs?tab=stored&${selection}find=${word}`);
    await expect(hit).toHaveCount(1);
  }
  await expect(hit).toContainText(container.name);
  await hit.getByRole("button").click();
  await expect(page.getByRole("region", { name: "Line", exact: true })).toContainText(
    `${container.name} · ${fleet.host.name}`,
  );
  await hit.getByRole("link", { name: `Open this line in the log of ${container.name}` }).click();
  await expect(page).toHaveURL(new RegExp(`${container.containerId}.*line=`));
  await expect(lineOf(page, `INFO first ${word}`)).toBeVisible();
});
