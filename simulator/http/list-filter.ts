import { isLive } from "../container/container-state.ts";
import { imageOf } from "../container/container-json.ts";
import type { SimulatedContainer } from "../container/simulated-container.ts";
import { filtersParameter, flag, passes, passesLabels } from "./query.ts";

const FILTERS = ["id", "name", "label", "status", "health", "ancestor"] as const;

/** The containers that `GET /containers/json` shows for a query, newest first. */
export const selectContainers = (
  containers: Iterable<SimulatedContainer>,
  query: URLSearchParams,
): SimulatedContainer[] => {
  const filters = filtersParameter(query, FILTERS);
  // A filter on the status shows stopped containers without being asked to.
  const showsAll = flag(query, "all") || filters.has("status");
  const shown = [...containers]
    .filter((container) => showsAll || isLive(container.state))
    .filter(
      (container) =>
        passes(filters, "id", (id) => container.id.startsWith(id)) &&
        passes(filters, "name", (name) => matchesName(container.name, name)) &&
        passes(filters, "status", (status) => status === container.state.status) &&
        passes(filters, "health", (health) => health === (container.health?.status ?? "none")) &&
        passes(filters, "ancestor", (image) => image === imageOf(container.spec)) &&
        passesLabels(filters, container.spec.labels ?? {}),
    )
    .toSorted((left, right) => Number(right.createdNs - left.createdNs));
  const limit = Number(query.get("limit") ?? "0");
  return limit > 0 ? shown.slice(0, limit) : shown;
};

/** The engine takes the filter as a regular expression, with or without the slash in front of the name. */
const matchesName = (name: string, pattern: string): boolean => {
  try {
    const expression = new RegExp(pattern);
    return expression.test(name) || expression.test(`/${name}`);
  } catch {
    return name === pattern;
  }
};
