import { Monitor, Moon, Search, Sun } from "lucide-react";
import { useSyncExternalStore } from "react";
import { IconButton } from "../../ui/Button.tsx";
import { Kbd } from "../../ui/Kbd.tsx";
import { Menu, MenuChoice } from "../../ui/Menu.tsx";
import { chooseTheme, themeStore } from "../../ui/theme/theme.ts";
import { Breadcrumb } from "./Breadcrumb.tsx";
import { ConnectionDot } from "./ConnectionDot.tsx";
import { isMac, keyCaps } from "./key-map.ts";
import { layers } from "./layers.ts";
import { UserMenu } from "./UserMenu.tsx";

export const TopBar = () => (
  <header className="flex h-11 shrink-0 items-center gap-1 border-line border-b bg-surface px-3">
    <Breadcrumb />
    <PaletteButton />
    {/* Room for the longest word, so that a lost connection moves nothing. */}
    <span className="flex w-28 shrink-0 justify-end">
      <ConnectionDot />
    </span>
    <ThemeMenu />
    <UserMenu />
  </header>
);

const PaletteButton = () => (
  <>
    <button
      type="button"
      onClick={() => layers.show({ kind: "palette" })}
      className="hidden h-8 w-56 shrink-0 items-center gap-2 rounded-control border border-control bg-page px-2 text-muted hover:text-text tablet:flex"
    >
      <Search className="size-4 shrink-0" aria-hidden="true" />
      <span className="flex-1 truncate text-left">Go to anything</span>
      <span className="flex gap-1" aria-hidden="true">
        {keyCaps("Mod+K", isMac()).map((cap) => (
          <Kbd key={cap}>{cap}</Kbd>
        ))}
      </span>
    </button>
    <IconButton
      label="Go to anything"
      className="tablet:hidden!"
      onClick={() => layers.show({ kind: "palette" })}
      icon={<Search className="size-4" aria-hidden="true" />}
    />
  </>
);

const THEMES = [
  { value: "system", text: "Like the device" },
  { value: "light", text: "Light" },
  { value: "dark", text: "Dark" },
] as const;

const ThemeMenu = () => {
  const choice = useSyncExternalStore(themeStore.subscribe, themeStore.choice);
  const Icon = choice === "system" ? Monitor : choice === "light" ? Sun : Moon;
  return (
    <Menu trigger={<IconButton label="Theme" icon={<Icon className="size-4" aria-hidden="true" />} />}>
      <MenuChoice label="Theme" value={choice} options={THEMES} onChange={chooseTheme} />
    </Menu>
  );
};
