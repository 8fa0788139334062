// npm runs this after "npm ci", before it packs, and where it installs the package from its sources: then what it installs must be built.
// In JavaScript, because there may be nothing yet that runs TypeScript.
import { execSync } from "node:child_process";
import { existsSync } from "node:fs";

const canBuild = existsSync("node_modules/esbuild") && existsSync("node_modules/typescript");
if (canBuild) {
  execSync("npm run --silent build -- --types", { stdio: "inherit" });
} else if (process.env.npm_config_global === "true") {
  // "npm install --global ." only links this folder: its packages come here, and with them the next run of this script.
  const settings = /^npm_(?:config_(?:global|prefix|local|omit|production)|lifecycle|package|command)/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !settings.test(name)));
  execSync("npm ci --include=dev --no-audit --no-fund", { stdio: "inherit", env });
} else {
  process.stderr.write("deploy-queue is not built, because the packages that build it are left out\n");
}
