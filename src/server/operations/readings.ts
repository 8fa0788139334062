import { Anything, DeploymentRef } from "../schemas.js";
import type { Reading } from "./operation.js";

const place = ["environment", "cloud_provider", "region", "cell_index"];
const work = [...place, "component"];

export const readings: readonly Reading[] = [
  {
    ...{ path: "/deployments", view: "deployments_with_status", tag: "deployments", by: "id", descending: true },
    ...{ summary: "Deployments, the newest first", answer: DeploymentRef },
    filters: [...work, "version", "status", "entered_by", "actor"],
  },
  {
    ...{ path: "/deployments/{deployment_id}/history", calls: "history", tag: "deployments", filters: [] },
    ...{ summary: "What happened to it, and who did it", answer: Anything },
  },
  {
    ...{ path: "/deployments/{deployment_id}/explain", calls: "waiting_on", tag: "deployments", filters: [] },
    ...{ summary: "What it waits for, and what would lift that", answer: Anything },
  },
  {
    ...{ path: "/deployments/{deployment_id}/forecast", calls: "forecast", tag: "deployments", filters: [] },
    ...{ summary: "Its position, its blockers and its likely start; nothing when it does not wait", answer: Anything },
  },
  {
    ...{ path: "/queue", view: "queue", tag: "line", by: "deployment_id", filters: work },
    ...{ summary: "What waits, with its position and its blockers", answer: Anything },
  },
  {
    ...{ path: "/running", view: "current_deployments", tag: "line", by: "deployment_id", filters: work },
    ...{ summary: "What holds a cell", answer: Anything },
  },
  {
    ...{ path: "/staged", view: "staged", tag: "line", by: "deployment_id", filters: work },
    ...{ summary: "What is on hold, until it is released or purged", answer: Anything },
  },
  {
    ...{ path: "/approvals", view: "wanted_approvals", tag: "line", by: "deployment_id", filters: work },
    ...{ summary: "What waits for approvals", answer: Anything },
  },
  {
    ...{ path: "/targets", view: "known_targets", tag: "agents", by: "target", filters: work },
    ...{ summary: "Where agents run commands", answer: Anything },
  },
  {
    ...{ path: "/outliers", view: "outliers", tag: "line", by: "id", filters: work },
    ...{ summary: "What runs for longer than usual", answer: Anything },
  },
  {
    ...{ path: "/stuck", view: "stuck_deployments", tag: "line", filters: ["kind"] },
    ...{ summary: "What needs a look, and why", answer: Anything },
  },
  {
    ...{ path: "/latest", view: "latest_deployments", tag: "versions", by: "deployment_id", filters: work },
    ...{ summary: "The newest version of each component, and how far it is in each cell", answer: Anything },
  },
  {
    ...{ path: "/checks", view: "latest_checks", tag: "versions", by: "check_id" },
    ...{ filters: ["component", "version", "name"] },
    ...{ summary: "The newest report of each check", answer: Anything },
  },
  {
    ...{ path: "/versions/bad", view: "bad_versions_in_force", tag: "versions", filters: ["component", "version"] },
    ...{ summary: "Versions that were marked bad", answer: Anything },
  },
  {
    ...{ path: "/versions/promotable", calls: "latest_promotable", tag: "versions", filters: [] },
    ...{ needs: ["latest_from", ...work] },
    ...{ summary: "The newest version that may be promoted from another environment", answer: Anything },
  },
  {
    ...{ path: "/freezes", view: "freezes_in_force", tag: "policies", by: "freeze_id", filters: place },
    ...{ summary: "Freezes that hold", answer: Anything },
  },
  {
    ...{ path: "/windows", view: "windows", tag: "policies", by: "window_id", filters: ["environment"] },
    ...{ summary: "Windows, and when each is or will be open", answer: Anything },
  },
  {
    ...{ path: "/environments", view: "environments", tag: "policies", by: "environment", filters: [] },
    ...{ summary: "Environments and their policies", answer: Anything },
  },
  {
    ...{ path: "/components", view: "component_policies", tag: "policies", filters: ["environment", "component"] },
    ...{ summary: "What components demand otherwise than their environments; null is as there", answer: Anything },
  },
  {
    ...{ path: "/cells", view: "cells", tag: "cells", by: "id", filters: place },
    ...{ summary: "Cells", answer: Anything },
  },
  {
    ...{ path: "/cells/held", view: "held_lines", tag: "cells", filters: place },
    ...{ summary: "Cells whose line is stopped", answer: Anything },
  },
];
