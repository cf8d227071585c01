import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeTempDir, type TempDir } from "../../testkit/temp-dir.ts";
import { type PolicyRead, readPolicyFile } from "./policy-file.ts";

const ownUid = process.getuid?.() ?? 0;

describe("where the policy lies", () => {
  let temp: TempDir;
  let file: string;

  beforeEach(async () => {
    temp = await makeTempDir("policy");
    file = path.join(temp.path, "agent-policy.json");
    chmodSync(temp.path, 0o755);
  });
  afterEach(() => temp.remove());

  const write = (text = '{"read_only":true}', mode = 0o644): void => {
    writeFileSync(file, text);
    chmodSync(file, mode);
  };
  const read = (change: { isRequired?: boolean; ownerUid?: number } = {}): PolicyRead =>
    readPolicyFile({ file, isRequired: false, ownerUid: ownUid, ...change });
  const reason = (read: PolicyRead): string => (read.kind === "invalid" ? read.reason : read.kind);

  test("[POL-2] a file of its owner's that nobody else may write is taken", () => {
    write();
    expect(read()).toMatchObject({ kind: "valid", policy: { readOnly: true } });
  });

  test("[POL-2] no file is no policy, unless one was asked for", () => {
    expect(read()).toEqual({ kind: "none" });
    expect(reason(read({ isRequired: true }))).toContain("There is no policy file");
    file = path.join(temp.path, "no/such/folder/policy.json");
    expect(read()).toEqual({ kind: "none" });
  });

  test.each([
    ["group", 0o664],
    ["everybody", 0o646],
  ])("[POL-3] a file that %s may write is not relied on", (_who, mode) => {
    write(undefined, mode);
    expect(reason(read())).toContain("may write to it");
  });

  test("[POL-3] a file of somebody else's is not relied on", () => {
    write();
    expect(reason(read({ ownerUid: ownUid + 1 }))).toContain("does not belong to root");
  });

  test("[POL-3] a folder in which others may write is not relied on, nor one further up", () => {
    write();
    chmodSync(temp.path, 0o777);
    expect(reason(read())).toContain("may write in the folder");
    mkdirSync(path.join(temp.path, "inner"));
    renameSync(file, path.join(temp.path, "inner/policy.json"));
    file = path.join(temp.path, "inner/policy.json");
    expect(reason(read())).toContain("may write in the folder");
  });

  test("[POL-3] a link is not followed", () => {
    write();
    const link = path.join(temp.path, "link.json");
    symlinkSync(file, link);
    file = link;
    expect(reason(read())).toContain("it is a link");
  });

  test("[POL-3] a folder in its place is not a file", () => {
    mkdirSync(file);
    expect(reason(read())).toContain("not a regular file");
  });

  test("[POL-3] a file beyond all measure is not read", () => {
    write(`{"read_only":true}${" ".repeat(300_000)}`);
    expect(reason(read())).toContain("larger than");
  });

  test("[POL-3] what is wrong inside is said, with the file's name", () => {
    write('{"raed_only":true}');
    expect(reason(read())).toContain(file);
    expect(reason(read())).toContain('unknown field "raed_only"');
  });
});
