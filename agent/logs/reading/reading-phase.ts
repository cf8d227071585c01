import type { OpenLog } from "../log-source.ts";
import type { ReadingPlan } from "./reading-plan.ts";

/** What the reader of a log is doing. */
export type ReadingPhase =
  | { readonly kind: "idle" | "opening" | "parked" | "stopped" | "unreadable" | "gone" | "closed" }
  | { readonly kind: "reading"; readonly log: OpenLog; readonly plan: ReadingPlan }
  | { readonly kind: "waiting"; readonly cancel: () => void };
