import { ApiError } from "../../api/http.ts";

const SAID = "not a regular expression: ";

/** Why the hub cannot understand the expression, as the log view says it; `null` when something else is wrong, or nothing. */
export const patternProblem = (error: unknown): string | null => {
  if (!(error instanceof ApiError) || error.code !== "invalid_request") return null;
  const at = error.message.indexOf(SAID);
  if (at < 0) return null;
  const reason = error.message.slice(at + SAID.length).replace(/^error parsing regexp:\s*/i, "");
  return `Not a valid regular expression: ${reason.replace("(?i)", "")}`;
};
