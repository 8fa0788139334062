/** How many rows of a view a server sends at most. */
export const mostRows = 10_000;
