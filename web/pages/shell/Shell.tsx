import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { ApiError } from "../../api/http.ts";
import { meQuery } from "../../api/queries.ts";
import { LiveProvider } from "../../live/live-context.tsx";
import { PATHS } from "../paths.ts";
import { useHotkeys } from "../use-hotkeys.ts";
import { BottomBar } from "./BottomBar.tsx";
import { Layers } from "./Layers.tsx";
import { useFollowOrg } from "./org-switch.ts";
import { Rail } from "./Rail.tsx";
import { StatusStrip } from "./StatusStrip.tsx";
import { SECTIONS } from "./sections.tsx";
import { TopBar } from "./TopBar.tsx";

const route = getRouteApi("/signed-in");

/** The frame of every page behind sign-in: navigation, breadcrumb, one line of news, and the live connection. */
export const Shell = () => {
  const { live } = route.useRouteContext();
  const navigate = useNavigate();
  useLeaveWhenSignedOut();
  useFollowOrg();
  useHotkeys(Object.fromEntries(SECTIONS.map(({ keys, to }) => [keys, () => void navigate({ to })])));
  return (
    <LiveProvider start={live}>
      <a
        href="#main"
        className="absolute top-1 left-1 z-50 -translate-y-16 rounded-control bg-accent px-3 py-1 text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      <div className="flex h-full">
        <Rail />
        <div className="flex min-w-0 flex-1 flex-col">
          <TopBar />
          <StatusStrip />
          <main id="main" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
            <Outlet />
          </main>
          <BottomBar />
        </div>
      </div>
      <Layers />
    </LiveProvider>
  );
};

/** Leads to sign-in, and back here afterwards, as soon as the hub says that nobody is signed in. */
const useLeaveWhenSignedOut = (): void => {
  const { error } = useQuery(meQuery);
  const href = useRouterState({ select: (state) => state.location.href });
  const navigate = useNavigate();
  const isSignedOut = error instanceof ApiError && error.code === "unauthenticated";
  useEffect(() => {
    if (isSignedOut) void navigate({ to: PATHS.signIn, search: { next: href }, replace: true });
  }, [isSignedOut, href, navigate]);
};
