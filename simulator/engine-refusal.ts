/** What the engine answers instead of doing it: a status and, but for 304, a sentence. */
export class EngineRefusal extends Error {
  override readonly name = "EngineRefusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** 304: already so. */
export const notModified = (): EngineRefusal => new EngineRefusal(304, "");
export const badParameter = (message: string): EngineRefusal => new EngineRefusal(400, message);
export const notFound = (message: string): EngineRefusal => new EngineRefusal(404, message);
export const conflict = (message: string): EngineRefusal => new EngineRefusal(409, message);
