// Reads queries, one JSON text a line, and tells of each whether @jetstreamapp/soql-parser-js takes it, and as what it writes it again.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const { parseQuery, composeQuery } = createRequire(`${process.argv[2]}/`)("@jetstreamapp/soql-parser-js");

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify(composeQuery(parseQuery(JSON.parse(line)))));
  } catch {
    console.log("null");
  }
}
