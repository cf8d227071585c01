import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { makeTempDir } from "./temp-dir.ts";

test("a program whose last work is to release its guard waits for it, and then shows what was thrown", async () => {
  await using home = await makeTempDir("guard");
  const source = `
    import { guardAgainstOrphans } from ${JSON.stringify(new URL("./orphan-guard.ts", import.meta.url).href)};
    const guard = guardAgainstOrphans("engine", ${JSON.stringify(path.join(home.path, "none"))});
    try {
      throw new Error("of the program");
    } finally {
      await guard.release();
      console.log("released");
    }
  `;
  const ended = promisify(execFile)(process.execPath, ["--input-type=module", "-e", source]);
  await expect(ended).rejects.toMatchObject({
    code: 1,
    stdout: "released\n",
    stderr: expect.stringContaining("Error: of the program"),
  });
});
