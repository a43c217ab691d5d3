// The full round of the vendor's own SDK against the server that SYNC_BASE_URL
// and SYNC_API_KEY name. It prints a line for each step and ends with status 1
// at the first surprise.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import sdk from "@sync.so/sdk";

const { SyncClient, Sync, SyncError } = sdk;
const baseUrl = process.env.SYNC_BASE_URL;
const apiKey = process.env.SYNC_API_KEY;
assert(baseUrl && apiKey, "set SYNC_BASE_URL and SYNC_API_KEY");
const sync = new SyncClient({ baseUrl, apiKey });
const once = { maxRetries: 0 };
const terminal = new Set(["COMPLETED", "FAILED", "REJECTED"]);

const request = {
  model: "lipsync-2",
  input: [
    { type: "video", url: "https://cdn.example.com/talk_12s.mp4" },
    { type: "audio", url: "https://cdn.example.com/line_10s.wav" },
  ],
  options: { sync_mode: "cut_off", temperature: 0.4 },
};

// wav is a silent WAV file of so many seconds.
function wav(seconds) {
  const rate = 8000;
  const data = seconds * rate * 2;
  const file = Buffer.alloc(44 + data);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + data, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(data, 40);
  return file;
}

// until reads again and again until the answer is wanted.
async function until(read, wanted) {
  for (let i = 0; i < 300; i++) {
    const got = await read();
    if (wanted(got)) return got;
    await sleep(200);
  }
  throw new Error("waited for a minute in vain");
}

// fails wants a call to end in an error of this class and status.
async function fails(call, kind, status) {
  await assert.rejects(call, (err) => {
    assert(err instanceof kind, `${err.name} is not a ${kind.name}`);
    assert(err instanceof SyncError);
    assert.equal(err.statusCode, status);
    return true;
  });
}

const steps = {
  async models() {
    const names = (await sync.models.list(once)).map((m) => m.name);
    assert.deepEqual(
      [...names].sort(),
      ["lipsync-1.9.0-beta", "lipsync-2", "lipsync-2-pro", "react-1", "sync-3"],
    );
    return names.join(" ");
  },

  async assets() {
    const page = await sync.assets.list({ limit: 3, types: ["VIDEO", "AUDIO"], sortBy: "nameAsc" }, once);
    assert.equal(page.items.length, 3);
    assert(page.nextCursor && page.totalCount > 3);
    const next = await sync.assets.list(
      { limit: 3, types: ["VIDEO", "AUDIO"], sortBy: "nameAsc", cursor: page.nextCursor },
      once,
    );
    assert(next.items[0].name >= page.items[2].name);
    const one = await sync.assets.get(page.items[0].id, once);
    assert.equal(one.name, page.items[0].name);
    return `${page.totalCount} in all`;
  },

  async estimate() {
    const [price] = await sync.generations.estimateCost(request, once);
    assert.deepEqual([price.estimatedFrameCount, price.estimatedGenerationCost], [250, 0.5]);
    return `$${price.estimatedGenerationCost}`;
  },

  async create() {
    const made = await sync.generations.create(request, once);
    assert.equal(made.status, "PENDING");
    assert.deepEqual(made.input, request.input);
    assert.deepEqual(made.options, request.options);
    const running = await sync.generations.list({ status: ["PENDING", "PROCESSING"], ids: [made.id] }, once);
    assert.deepEqual(running.map((g) => g.id), [made.id]);
    const ended = await until(
      () => sync.generations.get(made.id, once),
      (g) => terminal.has(g.status),
    );
    assert.equal(ended.createdAt, made.createdAt);
    return ended.status;
  },

  async "create with files"() {
    const made = await sync.generations.createWithFiles(
      new File([new Uint8Array(2048)], "talk_9s.mp4", { type: "video/mp4" }),
      new File([wav(4)], "line.wav", { type: "audio/wav" }),
      { model: "lipsync-2-pro", options: { sync_mode: "cut_off" } },
      once,
    );
    assert.deepEqual(made.input.map((i) => i.type).sort(), ["audio", "video"]);
    const mixed = await sync.generations.createWithFiles(
      undefined,
      new File([wav(4)], "line.wav"),
      { model: "lipsync-2", input: [request.input[0]], options: { sync_mode: "cut_off" } },
      once,
    );
    assert.equal(mixed.input.find((i) => i.type === "video").url, request.input[0].url);
    return `${made.input.length} files, then 1`;
  },

  async list() {
    const all = await sync.generations.list({}, once);
    assert(all.length >= 200);
    const done = await sync.generations.list({ status: ["COMPLETED"] }, once);
    assert(done.length > 100 && done.every((g) => g.status === "COMPLETED"));
    const broken = await sync.generations.list({ status: ["FAILED", "REJECTED"] }, once);
    assert(broken.length > 0 && broken.every((g) => g.status !== "COMPLETED"));
    return `${all.length} in all, ${done.length} completed`;
  },

  async output() {
    const [one] = await sync.generations.list({ status: ["COMPLETED"] }, once);
    const answer = await fetch(one.outputUrl); // without the key
    assert.equal(answer.status, 200);
    assert.notEqual(new URL(answer.url).origin, new URL(baseUrl).origin);
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(bytes.toString("latin1", 4, 8), "ftyp");
    return `${bytes.length} bytes`;
  },

  async batch() {
    const lines = Array.from({ length: 24 }, (_, i) =>
      JSON.stringify({ request_id: `video_${i + 1}`, endpoint: "/v2/generate", payload: request }));
    const file = () => new File([lines.join("\n")], "jobs.jsonl");
    const checked = await sync.batch.create(file(), { dry_run: true }, once);
    assert.deepEqual(checked, { status: "VALIDATED" });
    const made = await sync.batch.create(file(), { webhook_url: "https://ops.example.com/hook" }, once);
    assert.equal(made.status, "PENDING");
    assert.equal(made.metrics.total_generations, 24);
    const [newest] = await sync.batch.list({}, once);
    assert.equal(newest.id, made.id);
    const done = await until(
      () => sync.batch.get(made.id, once),
      (b) => b.status === "COMPLETED",
    );
    assert.equal(done.metrics.success_count + done.metrics.failed_count, 24);
    const rows = (await (await fetch(done.outputUrl)).text()).trim().split("\n").map((row) => JSON.parse(row));
    assert.equal(new Set(rows.map((row) => row.request_id)).size, 24);
    assert(rows.every((row) => terminal.has(row.response.status)));
    const listed = await sync.batch.list({ status: "COMPLETED", created_after: "2020-01-01T00:00:00Z" }, once);
    assert(listed.some((b) => b.id === made.id));
    return `${done.metrics.success_count} of 24 completed`;
  },

  async errors() {
    await fails(() => sync.generations.create({ ...request, model: "lipsync-9" }, once), Sync.BadRequestError, 400);
    await fails(() => sync.generations.get("00000000-0000-4000-8000-000000000000", once), Sync.NotFoundError, 404);
    await fails(() => sync.assets.get("00000000-0000-4000-8000-000000000000", once), Sync.NotFoundError, 404);
    await fails(() => sync.batch.create(new File(["{}"], "jobs.jsonl"), {}, once), Sync.BadRequestError, 400);
    const stranger = new SyncClient({ baseUrl, apiKey: "sk-wrong" });
    await fails(() => stranger.models.list(once), Sync.UnauthorizedError, 401);
    const closed = { ...request, input: [{ type: "video", url: "https://private.example.com/x.mp4" }, request.input[1]] };
    await fails(() => sync.generations.create(closed, once), SyncError, 422);
    return "400 401 404 422";
  },
};

for (const [name, step] of Object.entries(steps)) {
  try {
    console.log(`  ok    ${name}: ${await step()}`);
  } catch (err) {
    console.log(`  FAIL  ${name}`);
    console.error(err);
    process.exit(1);
  }
}
