/** Chooses how a container's log stream is cut into messages. */
import { Demultiplexer } from "./demultiplexer.ts";
import type { MessageParser, MessageSink } from "./log-message.ts";
import { TtySplitter } from "./tty-splitter.ts";

/** `tty` is the container's `Config.Tty`, never the answer's content type, which engines get wrong. */
export const createMessageParser = (options: { readonly tty: boolean; readonly sink: MessageSink }): MessageParser =>
  options.tty ? new TtySplitter(options.sink) : new Demultiplexer(options.sink);
