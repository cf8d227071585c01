/** What a person reads when it is over. */
import { ACTION_VERBS } from "@yardarm/protocol/action";
import type { Acted, Deed } from "./actor.ts";
import { PLACES } from "./places.ts";

const WORDS = 160;

const counted = (names: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
};

const outcomeOf = ({ state, code }: Deed): string => (code === null ? state : `${state} (${code})`);

/** One line per verb, one per place, one for what was unknown. */
export const summarize = (acted: readonly Acted[], kills: ReadonlyMap<string, number>): readonly string[] => {
  const deeds = acted.flatMap((one) => one.deeds);
  const verbs = ACTION_VERBS.map((verb) => {
    const own = deeds.filter((deed) => deed.verb === verb);
    return `${verb.padEnd(8)} ${own.length}: ${counted(own.map(outcomeOf))}`;
  });
  const places = [...PLACES, "back-off"].flatMap((place) => {
    const own = [...kills].filter(([name]) => name.startsWith(`${place}: `));
    const total = own.reduce((sum, [, count]) => sum + count, 0);
    const list = own.map(([name, count]) => `${name.slice(place.length + 2)} ${count}`).sort();
    return total === 0 ? [] : [`killed or cut, ${place} ${total}: ${list.join(", ")}`];
  });
  // Ids and pids apart these are few; the engine's own words for what it could not do.
  const words = deeds.flatMap(({ code, error }) => (code === "engine_error" && error !== null ? [error] : []));
  const said = counted(words.map((text) => text.replaceAll(/[0-9a-f]{12,}|\d+/g, "…").slice(0, WORDS)));
  const unknown = deeds.filter(({ wasUnknown }) => wasUnknown);
  return [
    ...verbs,
    ...places,
    ...(said === "" ? [] : [`the engine's refusals: ${said}`]),
    `unknown for a while ${unknown.length}, settled as: ${counted(unknown.map(({ state }) => state)) || "–"}`,
  ];
};
