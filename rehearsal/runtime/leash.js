// Loaded into a Node program before anything else (`node --require leash.js`): the program dies with
// whoever started it. Standard input is a pipe from the parent; when it ends, the parent is gone.
"use strict";

process.stdin.on("end", () => process.exit(1));
process.stdin.resume();
process.stdin.unref(); // a program that has nothing more to do ends by itself
