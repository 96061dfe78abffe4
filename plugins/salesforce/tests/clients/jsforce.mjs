// jsforce against an emulated org: node jsforce.mjs FOLDER READY, where FOLDER has jsforce in its node_modules and READY is the line of
// JSON that `syncd emulate salesforce --leads 300 --page 100` printed. Prints a line per fact; a fact that is none throws.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [folder, file] = process.argv.slice(2).map((one) => path.resolve(one));
const jsforce = createRequire(`${folder}/`)("jsforce");
const ready = JSON.parse(readFileSync(file, "utf8"));
const version = "60.0";
const say = (...words) => console.log("ok ", ...words);

const oauth2 = { loginUrl: ready.url, clientId: ready.client_id, clientSecret: ready.client_secret };
const org = new jsforce.Connection({ oauth2, instanceUrl: ready.url, refreshToken: ready.refresh_token, version });
assert.equal((await org.query("SELECT COUNT() FROM Organization")).totalSize, 1);
say("logs in by refresh token");
const session = new jsforce.Connection({ loginUrl: ready.url, version });
await session.login(ready.username, ready.password + ready.security_token);
say("logs in by user name and password");
const credentials = new jsforce.Connection({ oauth2, version });
await credentials.authorize({ grant_type: "client_credentials" });
say("logs in by client credentials");
org.accessToken = "expired";
assert.equal((await org.query("SELECT COUNT() FROM Organization")).totalSize, 1);
assert.equal((await org.identity()).username, ready.username);
say("refreshes a session that ended");

const whole = (await org.query("SELECT COUNT() FROM Lead")).totalSize;
const first = await org.query("SELECT Id, Name, Owner.Name FROM Lead ORDER BY Id");
assert.ok(first.records.length < whole && !first.done);
const rows = await org.query("SELECT Id FROM Lead ORDER BY Id", { autoFetch: true, maxFetch: whole });
assert.equal(new Set(rows.records.map((row) => row.Id)).size, whole);
say(`queries ${whole} leads over pages of ${first.records.length}`);

const lead = org.sobject("Lead");
const made = await lead.create({ LastName: "Roe", Company: "Example Ltd", Email: "roe@example.com" });
assert.ok(made.success);
assert.equal((await lead.retrieve(made.id)).Email, "roe@example.com");
await lead.update({ Id: made.id, Title: "Head" });
assert.equal((await lead.findOne({ Id: made.id }, ["Title"])).Title, "Head");
await lead.destroy(made.id);
await assert.rejects(lead.retrieve(made.id), { errorCode: "NOT_FOUND" });
await assert.rejects(org.query("SELECT Nowhere FROM Lead"), { errorCode: "INVALID_FIELD" });
say("creates, reads, changes, finds and deletes a record; mistakes have their codes");

const many = Array.from({ length: 450 }, (_, number) => ({ LastName: `Roe ${number}`, Company: "Example Ltd" }));
const created = await lead.create(many, { allowRecursive: true });
assert.ok(created.length === 450 && created.every((one) => one.success));
const ids = created.map((one) => one.id);
const updates = ids.map((Id, number) => (number === 7 ? { Id, Email: "none" } : { Id, Title: `Head ${number}` }));
const updated = await lead.update(updates, { allowRecursive: true });
assert.deepEqual(updated.filter((one) => !one.success).map((one) => one.errors[0].statusCode), ["INVALID_EMAIL_ADDRESS"]);
say("450 records by collections of 200, and one of them refused");

const described = await lead.describe();
assert.ok(described.fields.some((field) => field.name === "Email" && field.type === "email"));
assert.ok((await org.describeGlobal()).sobjects.some((one) => one.name === "Opportunity"));
assert.ok((await org.limits()).DailyApiRequests.Max > 0);
const hour = 3_600_000;
const span = [new Date(Date.now() - hour).toISOString(), new Date(Date.now() + 60_000).toISOString()];
assert.ok((await lead.updated(...span)).ids.includes(ids[0]));
assert.ok((await lead.deleted(...span)).deletedRecords.some((one) => one.id === made.id));
say("describes, limits, updated and deleted records");

const results = await org.bulk2.loadAndWaitForResults({
  object: "Lead",
  operation: "update",
  input: ids.slice(0, 50).map((Id, number) => (number === 3 ? { Id, Email: "none" } : { Id, Email: `roe${number}@example.com` })),
  pollInterval: 50,
  pollTimeout: 10_000,
});
assert.deepEqual([results.successfulResults.length, results.failedResults.length, results.unprocessedRecords.length], [49, 1, 0]);
const stream = await org.bulk2.query("SELECT Id, Email FROM Lead WHERE Email LIKE 'roe%'", { pollInterval: 50, pollTimeout: 10_000 });
assert.equal((await stream.toArray()).length, 49);
say("Bulk API 2.0: 50 updates, 1 refused, and a query");

const converted = await session.soap.convertLead({ leadId: ids[0], convertedStatus: "Closed - Converted", doNotCreateOpportunity: true });
assert.ok(converted.success);
assert.equal((await lead.retrieve(ids[0])).ConvertedContactId.slice(0, 15), converted.contactId.slice(0, 15));
say("converts a lead by SOAP");
