/** UTF-8 through the encoder and decoder that every JavaScript runtime has, declared here because no platform's types are loaded. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };
declare const TextDecoder: new (
  label: string,
  options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

export const encodeUtf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** Bytes that are not UTF-8 become U+FFFD; never throws. */
export const decodeUtf8 = (bytes: Uint8Array): string => lenient.decode(bytes);

/** Throws a `TypeError` on bytes that are not UTF-8. */
export const decodeUtf8Strict = (bytes: Uint8Array): string => strict.decode(bytes);
