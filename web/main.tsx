import "./jitless.ts";
import "./ui/theme/theme.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
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
