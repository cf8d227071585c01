import { z } from "zod";

/** Schemas of operations that take nothing. Unknown parameters are refused rather than ignored. */
export const NOTHING = z.strictObject({});
export const NO_BODY = z.undefined();
