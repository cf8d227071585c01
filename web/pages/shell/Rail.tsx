import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown, PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { useState } from "react";
import { roleOf } from "../../api/permissions.ts";
import { IconButton } from "../../ui/Button.tsx";
import { Menu, MenuItem } from "../../ui/Menu.tsx";
import { Tooltip } from "../../ui/Tooltip.tsx";
import { PATHS } from "../paths.ts";
import { useMe } from "../use-me.ts";
import { OrgChoice } from "./OrgChoice.tsx";
import { SECTIONS } from "./sections.tsx";

const KEY = "yardarm.rail";

const readCollapsed = (): boolean => {
  try {
    return localStorage.getItem(KEY) === "collapsed";
  } catch {
    return false;
  }
};

/** The navigation on the left; collapses to its icons. Not on phones, which have the bar below. */
export const Rail = () => {
  const me = useMe();
  const navigate = useNavigate();
  const [isCollapsed, setCollapsed] = useState(readCollapsed);
  const toggle = (): void => {
    setCollapsed(!isCollapsed);
    try {
      localStorage.setItem(KEY, isCollapsed ? "open" : "collapsed");
    } catch {
      // Storage may be refused: the choice then lasts as long as the page.
    }
  };
  const org = me.orgs.find((candidate) => candidate.orgId === me.activeOrgId);
  return (
    <nav
      aria-label="Sections"
      className={`hidden shrink-0 flex-col border-line border-r bg-surface phone:flex ${isCollapsed ? "w-14" : "w-45"}`}
    >
      <Menu
        align="start"
        trigger={
          <button
            type="button"
            className="flex h-11 w-full shrink-0 items-center gap-2 border-line border-b px-3 text-left hover:bg-raised"
          >
            <img src="/yardarm.svg" alt="" width="24" height="24" />
            <span className="only-read-aloud">Organization: </span>
            {isCollapsed ? (
              <span className="only-read-aloud">{org?.name}</span>
            ) : (
              <>
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-semibold leading-4">{org?.name ?? "Yardarm"}</span>
                  <span className="block truncate text-meta text-muted leading-4">{roleOf(me)}</span>
                </span>
                <ChevronsUpDown className="size-3.5 shrink-0 text-muted" aria-hidden="true" />
              </>
            )}
          </button>
        }
      >
        <OrgChoice />
        <MenuItem onSelect={() => void navigate({ to: PATHS.organization })}>Organization settings</MenuItem>
        <MenuItem onSelect={() => void navigate({ to: PATHS.members })}>Members</MenuItem>
      </Menu>
      <ul className="flex flex-1 flex-col gap-0.5 p-2">
        {SECTIONS.map(({ to, label, icon: Icon, keys }) => {
          const link = (
            <Link
              to={to}
              className="flex h-8 items-center gap-2 rounded-control px-2 text-muted hover:bg-raised hover:text-text data-[status=active]:bg-raised data-[status=active]:text-text"
              aria-label={label}
            >
              <Icon className="size-4 shrink-0" aria-hidden="true" />
              {isCollapsed ? null : label}
            </Link>
          );
          return <li key={to}>{isCollapsed ? <Tooltip text={`${label} (${keys})`}>{link}</Tooltip> : link}</li>;
        })}
      </ul>
      <div className="p-2">
        <IconButton
          label={isCollapsed ? "Widen the navigation" : "Narrow the navigation"}
          onClick={toggle}
          icon={
            isCollapsed ? (
              <PanelLeftOpen className="size-4" aria-hidden="true" />
            ) : (
              <PanelLeftClose className="size-4" aria-hidden="true" />
            )
          }
        />
      </div>
    </nav>
  );
};
