import { expect, type Page } from "@playwright/test";
import { ERROR, INFO, WARN } from "@yardarm/protocol/log/level";
import type { MockHub } from "./mock-hub.ts";
import type { LogProfile } from "./mock-log.ts";
import type { Scene } from "./scenes.ts";

/** Fields of lines in columns of their own: in a container's log, in the explorer, and where they are chosen. */

const row = (page: Page) => page.locator("[data-seq]");
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const menu = (page: Page) => page.getByRole("menuitemcheckbox");

const REQUESTS = [
  { level: INFO, status: 200, path: "/api/orders/4711", ms: 12 },
  { level: INFO, status: 201, path: "/api/orders", ms: 48 },
  { level: WARN, status: 404, path: "/api/customers/c-17/invoices/2026-11/attachments", ms: 3 },
  { level: ERROR, status: 503, path: "/api/payments", ms: 30_004 },
] as const;

/** What a web server with fields writes, with a trace now and then. */
const REQUEST_LOG: LogProfile = {
  linesPerSecond: 0,
  linesBefore: 400,
  line: (seq) => {
    if (seq % 13 === 11)
      return { text: "java.lang.IllegalStateException: no connection", level: ERROR, isStderr: true };
    if (seq % 13 === 12)
      return { text: "\tat com.example.Pool.take(Pool.java:214)", level: ERROR, isContinuation: true };
    const { level, ...request } = REQUESTS[seq % REQUESTS.length] ?? REQUESTS[0];
    const client = { client: { ip: `10.0.0.${seq % 250}`, agent: "curl/8.14" } };
    if (seq % 5 === 0)
      return { text: `status=${request.status} ms=${request.ms} msg="request served" cache=miss`, level };
    if (seq % 7 === 0) return { text: JSON.stringify({ ...request, ...client }), level };
    return { text: JSON.stringify({ msg: "request served", ...request, ...client }), level };
  },
};

const logWith =
  (search: string) =>
  ({ fleet }: MockHub): string => {
    fleet.logs.set("shop-web-1", REQUEST_LOG);
    const container = [...fleet.containers.values()].find(({ name }) => name === "shop-web-1");
    return `/fleet/${container?.hostId}/${container?.containerId}?${search}`;
  };

/** On a phone the choice is one of those for which the bar has no room. */
const openColumns = async (page: Page): Promise<void> => {
  if (await button(page, "Columns").isVisible()) await button(page, "Columns").click();
  else {
    await button(page, "More for this log").click();
    await page.getByRole("menuitem", { name: "Columns" }).click();
  }
  await expect(menu(page).first()).toBeVisible();
};

export const COLUMN_SCENES: readonly Scene[] = [
  {
    name: "log-columns",
    path: logWith("cols=status,ms,path~30,client.ip"),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
    },
  },
  {
    name: "log-columns-wrapped",
    path: logWith("cols=status,ms,path~30&wrap=true&q=served"),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
    },
  },
  {
    name: "log-columns-menu",
    path: logWith("cols=status,ms"),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await openColumns(page);
    },
  },
  {
    name: "log-columns-details",
    path: logWith("cols=status"),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await row(page).last().click();
      await page.keyboard.press("Enter");
      await button(page, "Show ms as column").click();
      await expect(button(page, "Remove the column ms").first()).toBeVisible();
    },
  },
  {
    name: "log-columns-explorer",
    path: (hub) => {
      for (const name of ["shop-web-1", "warming-up", "importer"]) hub.fleet.logs.set(name, REQUEST_LOG);
      return "/logs?name=shop-web-1,warming-up,importer&cols=status,ms";
    },
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
    },
  },
];
