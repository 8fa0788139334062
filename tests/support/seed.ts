/**
 * Of what a test draws at random. CI draws the same each time, so that a commit is not refused for what was wrong before it;
 * `npm run test:soak` and `npm run test:model` draw anew.
 */
export const seed = Number(process.env["DEPLOY_QUEUE_TEST_SEED"] ?? 20_261_130);
