import { z } from "zod";

// Imported before every schema: the page's policy forbids `eval`, and a schema decides at its making whether to try it.
z.config({ jitless: true });
