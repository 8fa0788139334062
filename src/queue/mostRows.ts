/** How many rows of a view a server sends at most at once; more come by pages, each of its own moment. */
export const mostRows = 10_000;
