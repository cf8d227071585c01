import { z } from "zod";

/** Every list of the API. */
export const listSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export type List<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };
