// A file of its own, so that a post step is one even when its main step was killed before it could say anything.
process.argv[2] = "post";
require("../../dist/action.cjs");
