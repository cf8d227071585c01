import { lazy, Suspense, useEffect, useSyncExternalStore } from "react";
import { useHotkeys } from "../use-hotkeys.ts";
import { layers } from "./layers.ts";

/** Palette and sheet of keys: loaded when first asked for. */

const Palette = lazy(async () => ({ default: (await import("../palette/Palette.tsx")).Palette }));
const PaletteAction = lazy(async () => ({ default: (await import("../palette/PaletteAction.tsx")).PaletteAction }));
const KeySheet = lazy(async () => ({ default: (await import("../palette/KeySheet.tsx")).KeySheet }));

const close = (): void => layers.show(null);

export const Layers = () => {
  const layer = useSyncExternalStore(layers.subscribe, layers.get);
  useHotkeys({ "?": () => layers.show({ kind: "keys" }) });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const isPalette =
        (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
      if (!isPalette || event.defaultPrevented) return;
      event.preventDefault();
      // A dialog that is open keeps what was typed into it.
      const isTaken = document.querySelector("[role=dialog], [role=alertdialog]") !== null;
      if (layers.get()?.kind === "palette") close();
      else if (!isTaken) layers.show({ kind: "palette" });
    };
    addEventListener("keydown", onKeyDown);
    return () => {
      removeEventListener("keydown", onKeyDown);
      close();
    };
  }, []);
  if (layer === null) return null;
  return (
    <Suspense fallback={null}>
      {layer.kind === "palette" ? <Palette onClose={close} onLayer={layers.show} /> : null}
      {layer.kind === "keys" ? <KeySheet onClose={close} /> : null}
      {layer.kind === "action" ? (
        <PaletteAction verb={layer.verb} containerId={layer.containerId} onClose={close} />
      ) : null}
    </Suspense>
  );
};
