import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Browser } from "@playwright/test";

/** Many pictures on one, with their names: what is to be looked at is looked at only when that is quick. */

export type Sheet = {
  readonly name: string;
  readonly files: readonly string[];
  /** Width of each picture on the sheet, px, and how many stand beside each other. */
  readonly widthPx: number;
  readonly columns: number;
};

const GAP_PX = 6;

/** Writes `<folder>/<name>.png`. */
export const makeSheet = async (
  browser: Browser,
  folder: string,
  { name, files, widthPx, columns }: Sheet,
): Promise<void> => {
  const figures = await Promise.all(
    files.map(async (file) => {
      const data = (await readFile(path.join(folder, file))).toString("base64");
      return `<figure><img src="data:image/png;base64,${data}" alt=""><figcaption>${file}</figcaption></figure>`;
    }),
  );
  const page = await browser.newPage({ viewport: { width: columns * (widthPx + GAP_PX) + GAP_PX, height: 400 } });
  try {
    await page.setContent(`<style>
      body { margin: ${GAP_PX}px; display: flex; flex-wrap: wrap; gap: ${GAP_PX}px; background: #888; font: 13px monospace; }
      figure { margin: 0; width: ${widthPx}px; } img { display: block; width: 100%; } figcaption { background: #fff; }
    </style>${figures.join("")}`);
    await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  } finally {
    await page.close();
  }
};
