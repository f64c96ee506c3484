// Visits: an Express service that counts its visitors in Redis.
import express from "express";
import { createClient } from "redis";

const [host, port] = (process.argv[2] ?? "127.0.0.1:8080").split(":");

// How long a visitor waits for Redis, in milliseconds.
const LIMIT = 200;

const redis = createClient({
  url: process.env.REDIS_URL,
  // The client's default keeps commands for later while there is no connection, and their callers
  // waiting. Whoever has a fallback wants to know at once.
  disableOfflineQueue: true,
  commandOptions: { timeout: LIMIT },
  socket: { connectTimeout: 200, reconnectStrategy: 50 },
});
redis.on("error", (error) => console.error(`redis: ${error.message}`));
// It goes on trying in the background: the service starts without Redis too.
redis.connect().catch((error) => console.error(`redis: ${error.message}`));

// The client's own timeout ends commands that were not sent yet; this one also those that were.
async function inTime(promise) {
  if (process.env.DEADLINE === "client") return promise;
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LIMIT} ms`)), LIMIT);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const service = express();

service.get("/healthz", (request, answer) => {
  answer.json({ status: "ok" });
});

service.get("/visits", async (request, answer) => {
  try {
    answer.json({ visits: await inTime(redis.incr("visits")) });
  } catch (error) {
    answer.set("X-Fallback", "redis").json({ visits: null });
  }
});

service.listen(Number(port), host);
