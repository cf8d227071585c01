import { ProtocolError } from "@yardarm/protocol/errors";
import { z } from "zod";

const typedSchema = z.object({ type: z.string() });

/** A text message within its limit, parsed and checked against its side's schema. */
export const readMessage = <Schema extends z.ZodDiscriminatedUnion>(
  schema: Schema,
  text: Uint8Array,
  maxBytes: number,
): z.infer<Schema> => {
  if (text.length > maxBytes) {
    throw new ProtocolError("message_too_large", `A message of ${text.length} bytes; the limit is ${maxBytes}.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.length).toString("utf8"));
  } catch (cause) {
    throw new ProtocolError("malformed_frame", "A text message that is not JSON.", { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const typed = typedSchema.safeParse(value);
  if (!typed.success) throw new ProtocolError("malformed_frame", "A message without a type.");
  if (issue?.code === "invalid_union") {
    throw new ProtocolError(
      "unknown_message",
      `Nobody knows messages of type ${JSON.stringify(typed.data.type.slice(0, 60))}.`,
    );
  }
  const where = issue === undefined ? "" : ` ${issue.path.join(".")}: ${issue.message}`;
  throw new ProtocolError("malformed_frame", `A malformed ${typed.data.type} message.${where}`);
};
