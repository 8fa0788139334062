import type { Task } from "../task.js";
import { deliverDue } from "../webhooks/deliverer.js";

/** A worker that stays delivers at once (webhooks/deliverer.ts); this is for those that do not, and in case it has missed something. */
export const deliverWebhooksTask: Task = {
  name: "deliver_webhooks",
  schedule: "* * * * *",
  description: "delivering what webhooks are to be told",
  perform: deliverDue,
};
