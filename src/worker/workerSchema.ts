/** Where graphile-worker keeps its tables. A file of its own, since it is told also where graphile-worker is not loaded. */
export const workerSchema = "deploy_queue_worker";
