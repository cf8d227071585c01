import { z } from "zod";
import { roleSchema } from "./auth.ts";

/** One row of the table that decides everything; `docs/permissions.md` is made of the same rows. */
export const permissionRowSchema = z.object({
  permission: z.string(),
  /** What it lets somebody do, as the end of "may …". */
  means: z.string(),
  /** Roles that include it; none: only the instance's administrators. */
  roles: z.array(roleSchema),
  /**
   * For somebody narrowed to projects: `project` = inside their projects, `filtered` = also asked of everything, and
   * answered with what they may see, `never` = not at all.
   */
  narrowed: z.enum(["project", "filtered", "never"]),
  /** `always` in every API token, `scope` when it was chosen, `never`: only a person with a session. */
  token: z.enum(["always", "scope", "never"]),
});
export type PermissionRow = z.infer<typeof permissionRowSchema>;
