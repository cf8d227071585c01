/** Workers under a policy with Trusted Types: the one named policy lets through scripts of this origin's build only. */

type ScriptUrlPolicy = { createScriptURL(url: string): string };
type PolicyFactory = {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): ScriptUrlPolicy;
};

const sameOriginScript = (url: string): string => {
  const { origin, href } = new URL(url, location.href);
  if (origin !== location.origin) throw new TypeError("Only scripts of this origin may run.");
  return href;
};

let policy: ScriptUrlPolicy | null = null;

/**
 * Starts a module worker from a URL that the bundler made (`import url from "./x.ts?worker&url"`).
 * @throws TypeError for a URL of another origin
 */
export const startWorker = (url: string): Worker => {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  policy ??= factory?.createPolicy("yardarm", { createScriptURL: sameOriginScript }) ?? {
    createScriptURL: sameOriginScript,
  };
  return new Worker(policy.createScriptURL(url), { type: "module" });
};
