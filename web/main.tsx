import "./jitless.ts";
import "./ui/theme/theme.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { type AnyRoute, RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeQueryClient } from "./api/queries.ts";
import { takeLinkSecret } from "./pages/link-secret.ts";
import { makeRouter } from "./routes.tsx";
import { applyTheme, readTheme } from "./ui/theme/theme.ts";
import { UiRoot } from "./ui/UiRoot.tsx";

applyTheme(readTheme());
// Before the router sees the address: a secret in it must not reach the history.
const linkSecret = takeLinkSecret();
const queryClient = makeQueryClient();
const router = makeRouter({ queryClient, linkSecret });
// The page's own part of the program comes while it is still being asked who is there; the router reports what cannot be loaded.
const matches: readonly { readonly routeId: string }[] = router.matchRoutes(router.latestLocation);
const routes: Readonly<Record<string, AnyRoute | undefined>> = router.routesById;
for (const { routeId } of matches) {
  const route = routes[routeId];
  if (route !== undefined) router.loadRouteChunk(route)?.catch(() => {});
}

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no element with the id root.");
createRoot(root).render(
  <StrictMode>
    <UiRoot>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </UiRoot>
  </StrictMode>,
);
