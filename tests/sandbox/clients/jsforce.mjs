// jsforce, unmodified, at work in an organisation with more leads than a page holds. What it saw goes to standard output
// as one JSON object. SIGN_IN says how it comes in: `code` (the web server flow with PKCE, approved without a
// browser, and a refresh), or `password` (SOAP).

import jsforce from "jsforce";

const { SIGN_IN, LOGIN_URL, SANDBOX_USERNAME, SANDBOX_PASSWORD } = process.env;
const CALLBACK = "http://localhost:1717/OauthRedirect";
const VERSION = "62.0";

async function signInByCode(seen) {
  const oauth2 = new jsforce.OAuth2({
    loginUrl: LOGIN_URL, clientId: "sandbox", clientSecret: "sandbox", redirectUri: CALLBACK, useVerifier: true,
  });
  const page = await fetch(oauth2.getAuthorizationUrl({ state: "s" }), { redirect: "manual" });
  const back = new URL(page.headers.get("location"));
  seen.state = back.searchParams.get("state");

  const connection = new jsforce.Connection({ oauth2, instanceUrl: LOGIN_URL, version: VERSION });
  const user = await connection.authorize(back.searchParams.get("code"));
  seen.user = user.id;

  connection.on("refresh", () => { seen.refreshed = true; });
  connection.accessToken = "over";
  await connection.query("SELECT Id FROM Lead LIMIT 1");
  return connection;
}

async function signInByPassword(seen) {
  const connection = new jsforce.Connection({ loginUrl: LOGIN_URL, version: VERSION });
  const user = await connection.login(SANDBOX_USERNAME, SANDBOX_PASSWORD);
  seen.user = user.id;
  return connection;
}

async function work(connection, seen) {
  seen.identity = (await connection.identity()).username;
  seen.versions = (await connection.request("/services/data")).length;
  seen.objects = (await connection.describeGlobal()).sobjects.map((one) => one.name);
  seen.fields = (await connection.sobject("Lead").describe()).fields.length;

  const first = await connection.query("SELECT Id, LastName FROM Lead ORDER BY LastName");
  const second = await connection.queryMore(first.nextRecordsUrl);
  seen.pages = [first.records.length, second.records.length, second.done];
  seen.found = await connection.sobject("Lead").find({ LastName: { $like: "Lead 000%" } }, ["LastName"]).limit(3);

  const leads = connection.sobject("Lead");
  const made = await leads.create({ LastName: "Lovelace", Company: "Engines" });
  seen.created = made.success;
  seen.updated = (await leads.update({ Id: made.id, Rating: "Hot" })).success;
  seen.retrieved = (await leads.retrieve(made.id)).Rating;
  seen.deleted = (await leads.destroy(made.id)).success;
  seen.gone = (await connection.query(`SELECT Id FROM Lead WHERE Id = '${made.id}'`)).totalSize;
  seen.kept = (await connection.query(`SELECT Id FROM Lead WHERE Id = '${made.id}'`, { scanAll: true })).totalSize;
  seen.refusal = await leads.create({ LastName: "Nobody" }).catch((error) => [error.errorCode, error.message]);

  const key = { Key__c: "k1", LastName: "Keyed", Company: "Engines" };
  seen.upserted = [(await leads.upsert(key, "Key__c")).created ?? null, (await leads.upsert(key, "Key__c")).success];
  const others = ["k1", "k2"].map((name) => ({ ...key, Key__c: name }));
  const saved = await leads.upsert(others, "Key__c");
  seen.upsertedTogether = saved.map((one) => one.created);
  const ids = saved.map((one) => one.id);
  seen.updatedTogether = (await leads.update(ids.map((Id) => ({ Id, Rating: "Cold" })))).map((one) => one.success);
  seen.retrievedTogether = (await leads.retrieve(ids)).map((one) => one.Rating);
  seen.destroyedTogether = (await leads.destroy(ids)).map((one) => one.success);
  const half = await leads.create([{ LastName: "Whole", Company: "x" }, { LastName: "Half" }]);
  seen.createdTogether = half.map((one) => one.success || one.errors[0].statusCode);
  await leads.destroy(half[0].id);

  connection.bulk2.pollInterval = 50;
  const rows = await (await connection.bulk2.query("SELECT Id, LastName FROM Lead")).toArray();
  seen.bulk = rows.length;
  seen.usage = connection.limitInfo.apiUsage.limit;
  seen.limits = (await connection.limits()).DailyApiRequests.Max;

  const { instanceUrl, accessToken } = connection;
  await connection.logout();
  const afterwards = new jsforce.Connection({ instanceUrl, accessToken, version: VERSION });
  seen.afterwards = await afterwards.query("SELECT Id FROM Lead").catch((error) => error.errorCode);
}

const seen = {};
const connection = await (SIGN_IN === "code" ? signInByCode(seen) : signInByPassword(seen));
await work(connection, seen);
process.stdout.write(JSON.stringify(seen));
