import "./jitless.ts";
import "./ui/theme/theme.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { type AnyRoute, RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeQueryClient, meQuery } from "./api/queries.ts";
import { LiveStart } from "./live/live-start.ts";
import { takeLinkSecret } from "./pages/link-secret.ts";
import { makeRouter } from "./routes.tsx";
import { applyTheme, readTheme } from "./ui/theme/theme.ts";
import { UiRoot } from "./ui/UiRoot.tsx";

applyTheme(readTheme());
// Before the router sees the address: a secret in it must not reach the history.
const linkSecret = takeLinkSecret();
const queryClient = makeQueryClient();
// A lost connection may mean a lost session; the hub says so on the next request.
const live = new LiveStart(() => void queryClient.invalidateQueries({ queryKey: meQuery.queryKey }));
const router = makeRouter({ queryClient, linkSecret, live });
// The page's own part of the program comes while it is still being asked who is there; the router reports what cannot be loaded.
const matches: readonly { readonly routeId: string }[] = router.matchRoutes(router.latestLocation);
const routes: Readonly<Record<string, AnyRoute | undefined>> = router.routesById;
for (const { routeId } of matches) {
  const route = routes[routeId];
  if (route !== undefined) router.loadRouteChunk(route)?.catch(() => {});
}
// What is live comes while the page is drawn for the first time; the router deals with somebody who is not signed in.
if (matches.some(({ routeId }) => routeId === "/signed-in")) {
  queryClient.ensureQueryData(meQuery).then(
    () => live.begin(),
    () => {},
  );
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
