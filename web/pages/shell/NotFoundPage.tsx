import { Link } from "@tanstack/react-router";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { PATHS } from "../paths.ts";
import { useTitle } from "../use-title.ts";

export const NotFoundPage = () => {
  useTitle("Not found");
  return (
    <main className="p-3">
      <h1 className="only-read-aloud">Page not found</h1>
      <EmptyState title="There is no such page.">
        <Link to={PATHS.fleet} className="text-accent underline">
          Go to the fleet
        </Link>
      </EmptyState>
    </main>
  );
};
