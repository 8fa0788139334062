/** Whether this program is one executable that Bun has made: its own files are inside, and it has no package beside it. */
export const isStandalone = import.meta.url.startsWith("file:///$bunfs/");
