import { Link, Outlet } from "@tanstack/react-router";
import { PATHS } from "../paths.ts";

const PAGES = [
  { to: PATHS.profile, label: "Profile" },
  { to: PATHS.organization, label: "Organization" },
  { to: PATHS.members, label: "Members" },
  { to: PATHS.invitations, label: "Invitations" },
  { to: PATHS.projects, label: "Projects" },
  { to: PATHS.hosts, label: "Hosts" },
  { to: PATHS.protection, label: "Protection" },
  { to: PATHS.tokens, label: "API tokens" },
  { to: PATHS.retention, label: "Log retention" },
] as const;

/** The frame of the settings; each page is an address of its own. */
export const SettingsPage = () => (
  <div className="flex min-h-0 flex-1 flex-col phone:flex-row">
    <nav
      aria-label="Settings"
      className="flex shrink-0 gap-1 overflow-x-auto border-line border-b p-2 phone:w-45 phone:flex-col phone:overflow-x-visible phone:border-r phone:border-b-0"
    >
      {PAGES.map(({ to, label }) => (
        <Link
          key={to}
          to={to}
          className="flex h-8 shrink-0 items-center whitespace-nowrap rounded-control px-2 text-muted hover:bg-raised hover:text-text data-[status=active]:bg-raised data-[status=active]:text-text"
        >
          {label}
        </Link>
      ))}
    </nav>
    <div className="min-h-0 min-w-0 flex-1 overflow-y-auto p-4">
      <Outlet />
    </div>
  </div>
);
