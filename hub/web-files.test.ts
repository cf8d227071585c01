import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";
import { loadWebFiles } from "./web-files.ts";

const build = async (folder: string): Promise<{ readonly web: string; readonly agent: string }> => {
  const web = path.join(folder, "dist");
  await mkdir(path.join(web, "assets"), { recursive: true });
  await writeFile(path.join(web, "index.html"), '<script type="module" src="/assets/index-a1.js"></script>');
  await writeFile(
    path.join(web, "assets", "index-a1.js"),
    'import("./LogsPage-b2.js");const css=["assets/log-c3.css"];',
  );
  await writeFile(path.join(web, "assets", "LogsPage-b2.js"), "export const page = 1;");
  await writeFile(path.join(web, "assets", "log-c3.css"), "");
  const agent = path.join(folder, "agent.mjs");
  await writeFile(agent, "");
  await writeFile(`${agent}.sha256`, "abc  agent.mjs\n");
  return { web, agent };
};

test("[OPER] whatever is missing of the built pages is said in a sentence, and the hub starts all the same", async () => {
  await using directory = await makeTempDir("web-files");
  const { web, agent } = await build(directory.path);
  expect(await loadWebFiles(web, agent)).toMatchObject({ problem: null, bundleSha256: "abc" });

  await rm(path.join(web, "assets", "LogsPage-b2.js"));
  expect((await loadWebFiles(web, agent)).problem).toMatch(/built in part.*lacks assets\/LogsPage-b2\.js/);
  await rm(path.join(web, "index.html"));
  expect((await loadWebFiles(web, agent)).problem).toMatch(/not built.*has no index\.html\. Run npm run build\.$/);
  await rm(web, { recursive: true });
  expect((await loadWebFiles(web, agent)).problem).toMatch(/not built/);
});

test("[OPER] a missing bundle of the agent is said as well", async () => {
  await using directory = await makeTempDir("web-files");
  const { web, agent } = await build(directory.path);
  await rm(agent);
  await rm(`${agent}.sha256`);
  expect(await loadWebFiles(web, agent)).toMatchObject({ bundleSha256: "", problem: expect.stringMatching(/agent/) });
});
