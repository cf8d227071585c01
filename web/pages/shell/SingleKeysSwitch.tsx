import { Switch } from "@base-ui/react/switch";
import { useId, useSyncExternalStore } from "react";
import { keyPreferences } from "./key-preferences.ts";

/** Speech input types letters, and people rest their hands on keys: single keys can be off. */
export const SingleKeysSwitch = () => {
  const { areSingleKeysOn } = useSyncExternalStore(keyPreferences.subscribe, keyPreferences.get);
  const id = useId();
  return (
    <span className="inline-flex min-h-8 items-center gap-2">
      <Switch.Root
        id={id}
        checked={areSingleKeysOn}
        onCheckedChange={(isOn) => keyPreferences.change({ areSingleKeysOn: isOn })}
        className="flex h-6 w-10 shrink-0 items-center rounded-full border border-control bg-page p-0.5 data-checked:border-accent data-checked:bg-accent"
      >
        <Switch.Thumb className="size-4 rounded-full bg-muted data-checked:translate-x-4 data-checked:bg-on-accent" />
      </Switch.Root>
      <label htmlFor={id}>Single keys act</label>
    </span>
  );
};
