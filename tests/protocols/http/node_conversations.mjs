// Drives Node's own client and raw sockets at Node's own server, through whatever listens on a port.
// `node node_conversations.mjs serve LOG` prints its port and logs each request as it gets it;
// `node node_conversations.mjs ask PORT` prints what the callers got. One JSON object a line.
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const REFUSED = { 'content-length': 2 };

function serve(log) {
  const note = (req) => fs.appendFileSync(log, JSON.stringify(`${req.method} ${req.url}`) + '\n');
  const drained = async (req) => {
    try {
      for await (const _ of req);
    } catch {
      // The caller hung up.
    }
  };
  const answer = async (req, res) => {
    note(req);
    const kind = req.url.split('/')[1];
    if (kind === 'early') {
      res.writeHead(413, REFUSED).end('no');
      return;
    }
    if (kind === 'continue') res.writeContinue();
    await drained(req);
    if (kind === 'hints') {
      res.writeEarlyHints({ link: '</a>; rel=preload' });
      res.writeProcessing();
    }
    if (kind === 'trailers') {
      res.writeHead(200, { trailer: 'X-T' });
      res.write('a');
      res.addTrailers({ 'X-T': '1' });
    }
    if (kind === 'sized') res.writeHead(200, { 'content-length': 500 });
    if (kind === 'empty') res.writeHead(204);
    if (kind === 'old') res.writeHead(304, { 'content-length': 9 });
    if (kind === 'last') res.writeHead(200, { connection: 'close' });
    if (kind === 'cut') {
      res.writeHead(200, { 'content-length': 10 });
      res.write('abc', () => req.socket.destroy());
      return;
    }
    res.end(kind === 'sized' && req.method !== 'HEAD' ? 'x'.repeat(500) : kind === 'ok' ? 'ok' : '');
  };
  const server = http.createServer(answer);
  server.on('checkContinue', (req, res) => {
    if (req.url.includes('go')) {
      res.writeContinue();
      answer(req, res);
      return;
    }
    note(req);
    res.writeHead(417, REFUSED).end('no');
  });
  server.on('upgrade', (req, socket) => {
    note(req);
    socket.on('error', () => {});
    if (req.url.includes('refused')) {
      socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno');
      return;
    }
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
    socket.pipe(socket);
  });
  server.on('clientError', (_, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}

async function ask(port) {
  const told = (path, got) => console.log(JSON.stringify([path, String(got)]));
  const send = (agent, path, options = {}, body = undefined, begun = (req) => req.end(body)) =>
    new Promise((over) => {
      const done = (got) => over(told(`${options.method ?? 'GET'} ${path}`, got));
      const req = http.request({ host: '127.0.0.1', port, path, agent, ...options }, (res) => {
        res.on('error', () => done('failed'));
        res.on('end', () => done(res.statusCode));
        res.resume();
      });
      req.on('continue', () => req.writableEnded || req.end('hello'));
      req.on('upgrade', (res, socket) => {
        socket.end('GET /never HTTP/1.1\r\n\r\n');
        socket.on('close', () => done(res.statusCode));
        socket.resume();
      });
      req.on('error', () => done('failed'));
      begun(req);
    });
  const talk = async (...pieces) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    for (const piece of pieces) {
      socket.write(piece);
      await sleep(30);
    }
    socket.end();
    await new Promise((over) => socket.on('close', over));
  };
  const kept = () => new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const waiting = { expect: '100-continue', 'content-length': 5 };
  const upgrading = { connection: 'Upgrade', upgrade: 'websocket' };

  let agent = kept();
  for (const path of ['/ok/1', '/hints/1', '/trailers/1', '/empty/1', '/old/1', '/sized/1'])
    for (const method of ['GET', 'HEAD', 'POST'])
      if (!(method === 'HEAD' && path.startsWith('/trailers'))) await send(agent, path, { method });
  agent.destroy();

  agent = kept();
  await send(agent, '/ok/sized', { method: 'POST', headers: { 'content-length': 5 } }, 'hello');
  await send(agent, '/ok/chunked', { method: 'PUT' }, 'hello');
  await send(agent, '/ok/get', { headers: { 'content-length': 5 } }, 'hello');
  await send(agent, '/continue/1', { method: 'POST' }, 'hello');
  await send(agent, '/last/1');
  await send(agent, '/ok/2');
  await send(agent, '/cut/1');
  await send(agent, '/ok/3');
  agent.destroy();

  for (const path of ['/ok/go', '/ok/refused']) {
    agent = kept();
    const flush = (req) => req.flushHeaders();
    await send(agent, path, { method: 'POST', headers: waiting }, undefined, flush);
    agent.destroy();
    agent = kept();
    const impatient = (req) => (req.flushHeaders(), setTimeout(() => req.end('hello'), 20));
    await send(agent, `${path}/soon`, { method: 'POST', headers: waiting }, undefined, impatient);
    agent.destroy();
  }
  agent = kept();
  const slowly = async (req) => {
    for (let piece = 0; piece < 5 && !req.destroyed; piece++) {
      req.write('x'.repeat(10000));
      await sleep(5);
    }
    req.end();
  };
  await send(agent, '/early/1', { method: 'POST' }, undefined, slowly);
  agent.destroy();
  agent = kept();
  await send(agent, '/ok/4');
  await send(agent, '/ok/upgrade', { headers: upgrading });
  await send(agent, '/ok/refused', { headers: upgrading });
  agent.destroy();

  await talk(get('/ok/p1') + get('/hints/p2') + get('/ok/p3'));
  await talk('\r\n\r\nGE', 'T /ok/slow HTT', 'P/1.1\r\nHo', 'st: x\r', '\n\r\n');
  await talk('POST /ok/c1 HTTP/1.1\r\nHost: x\r\ntransfer-encoding: Chunked\r\n\r\n5\r\nhel', 'lo\r\n0\r\nT: u\r\n\r\n');
  await talk('POST /ok/e1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello\r\n' + get('/ok/e2'));
}

const [, , role, argument] = process.argv;
role === 'serve' ? serve(argument) : await ask(Number(argument));
