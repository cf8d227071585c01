import { randomUUID } from "node:crypto";

/** Takes what nobody expected to the hub's log; under `requestId`, where somebody was told one. */
export type ReportFailure = (error: unknown, requestId?: string) => void;

/** Reports, and gives the id to tell whoever asked. */
export const reportUnder = (report: ReportFailure, error: unknown): string => {
  const requestId = randomUUID();
  report(error, requestId);
  return requestId;
};
