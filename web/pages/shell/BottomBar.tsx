import { Link } from "@tanstack/react-router";
import { SECTIONS } from "./sections.tsx";

/** The navigation of phones. */
export const BottomBar = () => (
  <nav aria-label="Sections" className="flex h-12 shrink-0 border-line border-t bg-surface phone:hidden">
    {SECTIONS.map(({ to, label, icon: Icon }) => (
      <Link
        key={to}
        to={to}
        className="flex flex-1 flex-col items-center justify-center text-meta text-muted data-[status=active]:text-accent"
      >
        <Icon className="size-4" aria-hidden="true" />
        {label}
      </Link>
    ))}
  </nav>
);
