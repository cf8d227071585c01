/** Text that leaves the page: to the clipboard, or into a file. */

const sentence = (text: string): string => {
  const lines = text.split("\n").length;
  return lines === 1 ? "Copied the line." : `Copied ${lines} lines.`;
};

/** Resolves with what to say about it. */
export const writeClipboard = async (text: string, said: string = sentence(text)): Promise<string> => {
  try {
    await navigator.clipboard.writeText(text);
    return said;
  } catch {
    // Browsers refuse it on plain http.
    return "The browser does not allow copying here: press Ctrl C instead.";
  }
};

/** Lets the browser save a file. */
export const saveText = (text: string, fileName: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  saveFrom(url, fileName);
  // The browser has taken it over by the next task.
  setTimeout(() => URL.revokeObjectURL(url), 0);
};

/** Lets the browser save what `url` answers. */
export const saveFrom = (url: string, fileName: string): void => {
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
};
