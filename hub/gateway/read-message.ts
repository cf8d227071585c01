import { ProtocolError } from "@yardarm/protocol/errors";

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What is needed of a side's schema (`agent-up/up.ts`, `client-up/up.ts`). */
export interface MessageSchema<Message> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: Message }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

/**
 * A text message within its limit, parsed and checked against its side's schema.
 *
 * @throws ProtocolError `message_too_large`, `unknown_message`, `malformed_frame`
 */
export const readMessage = <Message>(schema: MessageSchema<Message>, text: Uint8Array, maxBytes: number): Message => {
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
  const type = typeOf(value);
  if (type === null) throw new ProtocolError("malformed_frame", "A message without a type.");
  const [issue] = parsed.error.issues;
  // Deeper ones are about a field.
  if (issue?.code === "invalid_union" && issue.path.length <= 1) {
    throw new ProtocolError("unknown_message", `Nobody knows messages of type ${JSON.stringify(type.slice(0, 60))}.`);
  }
  const where = issue === undefined ? "" : ` ${issue.path.map(String).join(".")}: ${issue.message}`;
  throw new ProtocolError("malformed_frame", `A malformed ${type} message.${where}`);
};

const typeOf = (value: unknown): string | null =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" ? value.type : null;
