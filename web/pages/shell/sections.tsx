import { Boxes, FileCheck2, ScrollText, Settings } from "lucide-react";
import { PATHS } from "../paths.ts";

/** What the navigation offers: only what exists. */
export const SECTIONS = [
  { to: PATHS.fleet, label: "Fleet", icon: Boxes, keys: "g f" },
  { to: PATHS.logs, label: "Logs", icon: ScrollText, keys: "g l" },
  { to: PATHS.audit, label: "Audit", icon: FileCheck2, keys: "g u" },
  { to: PATHS.settings, label: "Settings", icon: Settings, keys: "g s" },
] as const;
