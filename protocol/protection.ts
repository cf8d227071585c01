/** What protects a container (ACTN-05, ACTN-12): one evaluation for the hub, every agent, and what people are shown. */
import { type ProtectionScope, protectionByLabel } from "./container-can.ts";
import type { DockerId } from "./ids.ts";
import { isLike } from "./name-pattern.ts";
import type { ProtectionOrder, ProtectionPatterns } from "./protection-schema.ts";

const COMPOSE_PROJECT_LABEL = "com.docker.compose.project";

/** In effect; `reason` is a sentence for people, `null` when nothing protects it. */
export type Protection = { readonly scope: ProtectionScope; readonly reason: string | null };

/** As much of a container as rules look at. */
export type RuledContainer = {
  readonly dockerId: DockerId;
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
};

/** True when every pattern that the rule gives fits. A rule that gives none fits everything. */
export const isRuled = (container: RuledContainer, rule: ProtectionPatterns): boolean => {
  const { name, image, label, composeProject } = rule;
  if (name !== null && !isLike(container.name, name)) return false;
  if (image !== null && !isLike(container.image, image)) return false;
  if (label !== null && !hasLabel(container.labels, label)) return false;
  return composeProject === null || hasLabel(container.labels, `${COMPOSE_PROJECT_LABEL}=${composeProject}`);
};

const hasLabel = (labels: RuledContainer["labels"], pattern: string): boolean => {
  const equals = pattern.indexOf("=");
  const name = equals < 0 ? pattern : pattern.slice(0, equals);
  const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
  return value !== undefined && (equals < 0 || isLike(value, pattern.slice(equals + 1)));
};

/** What protects a container, all sources together: the wider scope wins, Yardarm's own containers before labels before rules. */
export const protectionOf = (
  container: RuledContainer & { readonly isAgent: boolean },
  order: Pick<ProtectionOrder, "rules" | "hubContainer">,
): Protection => {
  if (container.isAgent) return { scope: "all", reason: "This is Yardarm's own agent on this host." };
  if (container.dockerId === order.hubContainer) {
    return { scope: "all", reason: "Yardarm's hub itself runs in this container." };
  }
  const scope = protectionByLabel(container.labels);
  let found: Protection = { scope, reason: scope === "none" ? null : "A label protects this container." };
  for (const rule of order.rules) {
    if (found.scope === "all") break;
    if (rule.scope === found.scope || !isRuled(container, rule)) continue;
    const note = rule.note === "" ? "" : ` (${rule.note})`;
    found = { scope: rule.scope, reason: `A rule of the organization protects this container${note}.` };
  }
  return found;
};
