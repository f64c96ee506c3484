// Node's own server and fetch, each dependency behind an opossum breaker of its own.
import http from 'node:http';
import CircuitBreaker from 'opossum';

const setting = (name, otherwise) => Number(process.env[name] ?? otherwise);
const LIMIT = setting('CALL_TIMEOUT_MS', 800);

class Missing extends Error {}

const breakers = {};
for (const name of ['first', 'second']) {
  const url = `${process.env[`${name.toUpperCase()}_URL`]}/agents`;
  const call = async () => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(LIMIT) });
    const body = await answer.text();
    if (answer.status >= 400 && answer.status < 500) throw new Missing();
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    JSON.parse(body);
    return body;
  };
  breakers[`/${name}`] = new CircuitBreaker(call, {
    timeout: LIMIT + 100,
    errorThresholdPercentage: setting('SHARE', 50),
    resetTimeout: setting('RECOVERY_MS', 1500),
    volumeThreshold: setting('MINIMUM', 3),
    errorFilter: (error) => error instanceof Missing,
  });
}

const server = http.createServer(async (request, reply) => {
  if (request.url === '/healthz') return reply.end('ok');
  const breaker = breakers[request.url];
  try {
    reply.end(await breaker.fire());
  } catch (error) {
    if (error instanceof Missing) {
      reply.statusCode = 404;
      return reply.end('no such thing');
    }
    reply.setHeader('X-Fallback', request.url.slice(1));
    reply.end('[]');
  }
});
server.keepAliveTimeout = 60000;
server.listen({ host: process.argv[2], port: Number(process.argv[3]), backlog: 256 });
