import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { ApiError } from "./api/http.ts";
import { meQuery, setupQuery } from "./api/queries.ts";
import type { LiveStart } from "./live/live-start.ts";
import { readAuditSearch } from "./pages/audit/audit-address.ts";
import { readContainerSearch } from "./pages/container/container-search.ts";
import { FleetPage } from "./pages/fleet/FleetPage.tsx";
import { readFleetSearch } from "./pages/fleet/fleet-search.ts";
import { readHostSearch } from "./pages/host/host-search.ts";
import type { LinkSecret } from "./pages/link-secret.ts";
import { readLogsSearch } from "./pages/logs/logs-address.ts";
import { PATHS } from "./pages/paths.ts";
import { LoadingPage } from "./pages/shell/LoadingPage.tsx";
import { NotFoundPage } from "./pages/shell/NotFoundPage.tsx";
import { RouteError } from "./pages/shell/RouteError.tsx";
import { Shell } from "./pages/shell/Shell.tsx";

/** All routes. A page's state is its address; what needs a session sits below `signedIn`. */

export type RouterContext = {
  readonly queryClient: QueryClient;
  readonly linkSecret: LinkSecret | null;
  readonly live: LiveStart;
};

const root = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  errorComponent: RouteError,
  notFoundComponent: NotFoundPage,
});

const index = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: PATHS.fleet, replace: true });
  },
});

const setup = createRoute({
  getParentRoute: () => root,
  path: PATHS.setup,
  component: lazyRouteComponent(() => import("./pages/setup/SetupPage.tsx"), "SetupPage"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: PATHS.signIn,
  validateSearch: (raw): { readonly next?: string; readonly oidc?: string } => ({
    ...(typeof raw.next === "string" ? { next: raw.next } : {}),
    ...(typeof raw.oidc === "string" ? { oidc: raw.oidc } : {}),
  }),
  component: lazyRouteComponent(() => import("./pages/sign-in/SignInPage.tsx"), "SignInPage"),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: PATHS.signUp,
  component: lazyRouteComponent(() => import("./pages/sign-in/SignUpPage.tsx"), "SignUpPage"),
});

const join = createRoute({
  getParentRoute: () => root,
  path: PATHS.join,
  component: lazyRouteComponent(() => import("./pages/invitation/InvitationPage.tsx"), "InvitationPage"),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: PATHS.resetPassword,
  component: lazyRouteComponent(() => import("./pages/reset-password/ResetPasswordPage.tsx"), "ResetPasswordPage"),
});

/** Nobody signed in leads to sign-in and back here afterwards; a hub that nobody has claimed leads to the first run. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "unauthenticated") throw error;
      const { claimed } = await context.queryClient.fetchQuery(setupQuery);
      if (!claimed) throw redirect({ to: PATHS.setup, replace: true });
      throw redirect({ to: PATHS.signIn, search: { next: location.href }, replace: true });
    }
  },
});

const fleet = createRoute({
  getParentRoute: () => signedIn,
  path: PATHS.fleet,
  validateSearch: readFleetSearch,
  component: FleetPage,
});

const host = createRoute({
  getParentRoute: () => signedIn,
  path: PATHS.host,
  validateSearch: readHostSearch,
  component: lazyRouteComponent(() => import("./pages/host/HostPage.tsx"), "HostPage"),
});

const container = createRoute({
  getParentRoute: () => signedIn,
  path: PATHS.container,
  validateSearch: readContainerSearch,
  component: lazyRouteComponent(() => import("./pages/container/ContainerPage.tsx"), "ContainerPage"),
});

const logs = createRoute({
  getParentRoute: () => signedIn,
  path: PATHS.logs,
  validateSearch: readLogsSearch,
  component: lazyRouteComponent(() => import("./pages/logs/LogsPage.tsx"), "LogsPage"),
});

const audit = createRoute({
  getParentRoute: () => signedIn,
  path: PATHS.audit,
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import("./pages/audit/AuditPage.tsx"), "AuditPage"),
});

const settings = createRoute({
  getParentRoute: () => signedIn,
  path: PATHS.settings,
  beforeLoad: ({ location }) => {
    if (location.pathname === PATHS.settings) throw redirect({ to: PATHS.profile, replace: true });
  },
  component: lazyRouteComponent(() => import("./pages/settings/SettingsPage.tsx"), "SettingsPage"),
});

const profile = createRoute({
  getParentRoute: () => settings,
  path: "/profile",
  component: lazyRouteComponent(() => import("./pages/settings/ProfilePage.tsx"), "ProfilePage"),
});

const organization = createRoute({
  getParentRoute: () => settings,
  path: "/organization",
  component: lazyRouteComponent(() => import("./pages/settings/OrgPage.tsx"), "OrgPage"),
});

const members = createRoute({
  getParentRoute: () => settings,
  path: "/members",
  component: lazyRouteComponent(() => import("./pages/settings/members/MembersPage.tsx"), "MembersPage"),
});

const invitations = createRoute({
  getParentRoute: () => settings,
  path: "/invitations",
  component: lazyRouteComponent(() => import("./pages/settings/invitations/InvitationsPage.tsx"), "InvitationsPage"),
});

const projects = createRoute({
  getParentRoute: () => settings,
  path: "/projects",
  component: lazyRouteComponent(() => import("./pages/settings/ProjectsPage.tsx"), "ProjectsPage"),
});

const hosts = createRoute({
  getParentRoute: () => settings,
  path: "/hosts",
  component: lazyRouteComponent(() => import("./pages/settings/hosts/HostsPage.tsx"), "HostsPage"),
});

const tokens = createRoute({
  getParentRoute: () => settings,
  path: "/tokens",
  component: lazyRouteComponent(() => import("./pages/settings/tokens/TokensPage.tsx"), "TokensPage"),
});

const retention = createRoute({
  getParentRoute: () => settings,
  path: "/retention",
  component: lazyRouteComponent(() => import("./pages/settings/retention/RetentionPage.tsx"), "RetentionPage"),
});

const protection = createRoute({
  getParentRoute: () => settings,
  path: "/protection",
  component: lazyRouteComponent(() => import("./pages/settings/protection/ProtectionPage.tsx"), "ProtectionPage"),
});

const bulk = createRoute({
  getParentRoute: () => signedIn,
  path: PATHS.bulk,
  component: lazyRouteComponent(() => import("./pages/bulk/BulkPage.tsx"), "BulkPage"),
});

const tree = root.addChildren([
  index,
  setup,
  signIn,
  signUp,
  join,
  resetPassword,
  signedIn.addChildren([
    fleet,
    host,
    container,
    logs,
    audit,
    bulk,
    settings.addChildren([profile, organization, members, invitations, projects, hosts, protection, tokens, retention]),
  ]),
]);

export const makeRouter = (context: RouterContext) =>
  createRouter({
    routeTree: tree,
    context,
    defaultPreload: "intent",
    defaultPendingComponent: LoadingPage,
    defaultPendingMs: 100,
    // A page that is ready does not wait behind its placeholder.
    defaultPendingMinMs: 0,
    defaultErrorComponent: RouteError,
    // What a page remembers of its scrolling is its own matter: lists are virtual.
    scrollRestoration: false,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
