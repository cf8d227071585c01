import { CSPProvider } from "@base-ui/react/csp-provider";
import { Tooltip } from "@base-ui/react/tooltip";
import type { ReactNode } from "react";

const TOOLTIP_DELAY_MS = 400;

/** Once around everything: no style elements (the page's policy refuses them), one delay for all tooltips. */
export const UiRoot = ({ children }: { readonly children: ReactNode }) => (
  <CSPProvider disableStyleElements>
    <Tooltip.Provider delay={TOOLTIP_DELAY_MS}>{children}</Tooltip.Provider>
  </CSPProvider>
);
