import { expect, test } from "vitest";
import { statusError } from "./engine-errors.ts";

const said = (message: string): Buffer => Buffer.from(JSON.stringify({ message }));

test("[ACTN-07] what the engine answers has one meaning each", () => {
  const meant = (status: number, message: string): string =>
    statusError("pause the container", status, said(message)).code;
  expect(meant(404, "No such container: web")).toBe("not_found");
  expect(meant(409, "Container web is not running")).toBe("conflict");
  expect(meant(403, "Forbidden")).toBe("engine_permission");
  expect(meant(400, "client version 1.24 is too old")).toBe("engine_too_old");
  expect(meant(501, "configured logging driver does not support reading")).toBe("log_unreadable");
  expect(meant(500, "driver failed programming external connectivity: port is already allocated")).toBe("engine_error");
});

test("[ACTN-09] an engine that lost its runtime over a call has refused nothing", () => {
  for (const lost of ["transport is closing: unavailable", "error reading from server: EOF: unavailable"]) {
    const error = statusError("pause the container", 500, said(`Cannot pause container web: ${lost}`));
    expect(error).toMatchObject({ code: "engine_unreachable" });
    expect(error.message).toContain(lost);
  }
  expect(statusError("start the container", 500, said("registry temporarily unavailable")).code).toBe("engine_error");
});

test("what is not JSON is shown as it is, and not without end", () => {
  expect(statusError("stop the container", 502, Buffer.from("Bad Gateway")).message).toContain("Bad Gateway");
  expect(statusError("stop the container", 500, Buffer.alloc(0)).message).toContain("no reason given");
  expect(statusError("stop the container", 500, Buffer.alloc(100_000, 120)).message.length).toBeLessThan(1_200);
});
