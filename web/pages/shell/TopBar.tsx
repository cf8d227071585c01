import { Monitor, Moon, Sun } from "lucide-react";
import { useSyncExternalStore } from "react";
import { IconButton } from "../../ui/Button.tsx";
import { Menu, MenuChoice } from "../../ui/Menu.tsx";
import { chooseTheme, themeStore } from "../../ui/theme/theme.ts";
import { Breadcrumb } from "./Breadcrumb.tsx";
import { ConnectionDot } from "./ConnectionDot.tsx";
import { UserMenu } from "./UserMenu.tsx";

export const TopBar = () => (
  <header className="flex h-11 shrink-0 items-center gap-1 border-line border-b bg-surface px-3">
    <Breadcrumb />
    {/* Room for the longest word, so that a lost connection moves nothing. */}
    <span className="flex w-28 shrink-0 justify-end">
      <ConnectionDot />
    </span>
    <ThemeMenu />
    <UserMenu />
  </header>
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
