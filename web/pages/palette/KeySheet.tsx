import { Fragment, useState, useSyncExternalStore } from "react";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../ui/Dialog.tsx";
import { Kbd } from "../../ui/Kbd.tsx";
import { isMac, isMovable, KEY_MAP, KEY_PLACES, type KeyEntry, type KeyPlace, keyCaps } from "../shell/key-map.ts";
import { keyPreferences, pressedFor } from "../shell/key-preferences.ts";
import { SingleKeysSwitch } from "../shell/SingleKeysSwitch.tsx";

const PLACES: Readonly<Record<KeyPlace, string>> = { everywhere: "Everywhere", log: "In a log", lists: "In a list" };

/** All keys; those that are single characters can be put elsewhere or switched off. */
export const KeySheet = ({ onClose }: { readonly onClose: () => void }) => {
  const preferences = useSyncExternalStore(keyPreferences.subscribe, keyPreferences.get);
  const [asked, setAsked] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const isMoved = Object.keys(preferences.moved).length > 0;

  const choose = (entry: KeyEntry, pressed: string): void => {
    setAsked(null);
    const taken = KEY_MAP.find(({ keys }) => keys !== entry.keys && pressedFor(keys, preferences) === pressed);
    const startsPair = KEY_MAP.some(({ keys }) => keys.startsWith(`${pressed} `));
    if (taken !== undefined || startsPair) {
      setProblem(`${pressed} is taken: ${taken?.does ?? "it begins a pair of keys"}.`);
      return;
    }
    setProblem(null);
    const { [entry.keys]: _former, ...others } = preferences.moved;
    keyPreferences.change({ moved: pressed === entry.keys ? others : { ...others, [entry.keys]: pressed } });
  };
  return (
    <Dialog isOpen onClose={onClose} title="All keys" isWide>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <SingleKeysSwitch />
        {isMoved ? (
          <Button isSmall onClick={() => keyPreferences.change({ moved: {} })}>
            Put all keys back
          </Button>
        ) : null}
      </div>
      <p aria-live="polite" className={problem === null ? "only-read-aloud" : "text-danger text-meta"}>
        {problem ?? (asked === null ? "" : "Press the new key, or Escape.")}
      </p>
      <div className="grid gap-x-6 gap-y-3 phone:grid-cols-2">
        {KEY_PLACES.map((place) => (
          <section key={place} aria-label={PLACES[place]} className={place === "log" ? "phone:row-span-2" : ""}>
            <h3 className="pb-1 font-semibold">{PLACES[place]}</h3>
            <dl className="grid grid-cols-[max-content_minmax(0,1fr)] items-center gap-x-3 gap-y-0.5">
              {KEY_MAP.filter((entry) => entry.place === place).map((entry) => (
                <Fragment key={entry.keys}>
                  <dt className="flex min-h-7 items-center">
                    {isMovable(entry) ? (
                      <button
                        type="button"
                        title="Change this key"
                        aria-label={`${entry.does}: ${pressedFor(entry.keys, preferences)}, change this key`}
                        className="flex min-h-6 min-w-6 items-center rounded-control"
                        onClick={() => setAsked(entry.keys)}
                        onBlur={() => setAsked(null)}
                        onKeyDown={(event) => {
                          if (asked !== entry.keys || event.ctrlKey || event.metaKey || event.altKey) return;
                          if (event.key === "Escape") {
                            event.stopPropagation();
                            setAsked(null);
                          } else if (event.key.length === 1 && event.key !== " ") {
                            event.preventDefault();
                            choose(entry, event.key);
                          }
                        }}
                      >
                        <Kbd>{asked === entry.keys ? "…" : pressedFor(entry.keys, preferences)}</Kbd>
                      </button>
                    ) : (
                      <Caps keys={entry.keys} />
                    )}
                  </dt>
                  <dd>{entry.does}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="text-meta text-muted">Choose a single key to put it elsewhere. Kept in this browser.</p>
      <DialogButtons>
        <Button onClick={onClose}>Close</Button>
      </DialogButtons>
    </Dialog>
  );
};

const Caps = ({ keys }: { readonly keys: string }) => (
  <span className="flex gap-1">
    {keyCaps(keys, isMac()).map((cap, index) => (
      <Kbd key={index}>{cap}</Kbd>
    ))}
  </span>
);
