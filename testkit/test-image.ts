import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { engineCall } from "./engine-request.ts";
import { buildTar, type TarEntry } from "./tar.ts";

/** The image every real-engine test runs: Debian's static busybox and nothing else, so that no registry is needed. */
export const TEST_IMAGE = "yardarm-test:busybox";

const BUSYBOX = "/bin/busybox";

/** The image's root directory as a tar archive: `/bin/busybox`, a link per applet, and the usual empty folders. */
async function buildImageRoot(): Promise<Buffer> {
  let content: Buffer;
  try {
    content = await readFile(BUSYBOX);
  } catch (cause) {
    throw new Error(`${BUSYBOX} is missing: install Debian's busybox-static (npm test does, as root).`, { cause });
  }
  const { stdout } = await promisify(execFile)(BUSYBOX, ["--list"]);
  const applets = stdout.split("\n").filter((name) => name !== "" && name !== "busybox");
  const folders = ["bin", "dev", "etc", "proc", "root", "sys", "var"].map(
    (name): TarEntry => ({ type: "directory", name: `${name}/`, mode: 0o755 }),
  );
  const file = (name: string, text: string): TarEntry => ({
    type: "file",
    name,
    mode: 0o644,
    content: Buffer.from(text),
  });
  return buildTar([
    ...folders,
    { type: "directory", name: "tmp/", mode: 0o1777 },
    file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n"),
    file("etc/group", "root:x:0:\nnobody:x:65534:\n"),
    { type: "file", name: "bin/busybox", mode: 0o755, content },
    ...applets.map((name): TarEntry => ({ type: "symlink", name: `bin/${name}`, target: "busybox" })),
  ]);
}

/** Imports the test image into the engine, as `docker import` would. Doing it again is harmless. */
export async function importTestImage(socketPath: string): Promise<void> {
  const [repository = "", tag = ""] = TEST_IMAGE.split(":");
  const query = new URLSearchParams({ fromSrc: "-", repo: repository, tag });
  query.append("changes", 'CMD ["/bin/sh"]');
  query.append("changes", "ENV PATH=/bin");
  await engineCall(socketPath, "POST", `/images/create?${query}`, await buildImageRoot());
}
