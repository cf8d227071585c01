/** Where the host owner's policy lies, and whether it can be trusted: only root may have written it. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { parsePolicy } from "./parse-policy.ts";
import type { Policy } from "./policy.ts";

export const POLICY_FILE = "/etc/yardarm/agent-policy.json";
const FILE_BYTES = 256 * 1024;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * - `none`: there is no file, and none was asked for.
 * - `invalid`: there is one that cannot be relied on; `reason` is for people.
 */
export type PolicyRead =
  | { readonly kind: "none" }
  | { readonly kind: "valid"; readonly policy: Policy }
  | { readonly kind: "invalid"; readonly reason: string };

export type PolicyPlace = {
  readonly file: string;
  /** Named by the operator: it must be there. */
  readonly isRequired: boolean;
  /** Who may own the file and the folders above it; root. */
  readonly ownerUid: number;
};

/** Reads the policy once. Never throws: whatever is wrong is a reason to allow nothing. */
export const readPolicyFile = (place: PolicyPlace): PolicyRead => {
  const { file, isRequired } = place;
  try {
    const text = readTrusted(place);
    if (text !== null) return { kind: "valid", policy: parsePolicy(text) };
    return isRequired ? { kind: "invalid", reason: `There is no policy file ${file}.` } : { kind: "none" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "invalid", reason: `The policy file ${file} is not valid: ${reason}` };
  }
};

/** `null` when there is no such file. */
const readTrusted = ({ file, ownerUid }: PolicyPlace): string | null => {
  // The folders first: whoever may write in one of them may put another file in this one's place.
  const folder = trueFolderOf(file);
  if (folder === null) return null;
  for (let above = folder; ; above = path.dirname(above)) {
    const { uid, mode } = lstatSync(above);
    if (uid !== 0 && uid !== ownerUid) throw new Error(`the folder ${above} does not belong to root.`);
    if ((mode & WRITABLE_BY_OTHERS) !== 0 && (mode & STICKY) === 0) {
      throw new Error(`others than its owner may write in the folder ${above}.`);
    }
    if (above === path.dirname(above)) break;
  }
  const descriptor = openWithoutLinks(path.join(folder, path.basename(file)));
  if (descriptor === null) return null;
  try {
    const { uid, mode, size } = fstatSync(descriptor);
    if (!fstatSync(descriptor).isFile()) throw new Error("it is not a regular file.");
    if (uid !== ownerUid) throw new Error("it does not belong to root.");
    if ((mode & WRITABLE_BY_OTHERS) !== 0) throw new Error("others than its owner may write to it.");
    if (size > FILE_BYTES) throw new Error(`it is larger than ${FILE_BYTES / 1024} KiB.`);
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
};

const trueFolderOf = (file: string): string | null => {
  try {
    return realpathSync(path.dirname(path.resolve(file)));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw new Error("its folder cannot be looked into.", { cause: error });
  }
};

const openWithoutLinks = (file: string): number | null => {
  try {
    // Without waiting: a named pipe in its place must not hold the agent up.
    return openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    if (codeOf(error) === "ELOOP") throw new Error("it is a link.", { cause: error });
    throw new Error("the agent may not read it.", { cause: error });
  }
};

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);
