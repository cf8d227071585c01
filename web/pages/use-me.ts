import { useSuspenseQuery } from "@tanstack/react-query";
import type { Me } from "@yardarm/protocol/api/auth";
import { meQuery } from "../api/queries.ts";

/** Who is signed in. The route above has made sure that somebody is. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data;
