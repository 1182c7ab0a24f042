// node server.mjs FILE: PostgreSQL with pgvector on a free port of loopback; prints the port. It ends when its
// standard input does, so also when whoever started it dies. FILE keeps the empty database, which takes a while to make.
// There is one backend: a connection waits until the one before it is closed, and finds its session reset.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';

const SSL_REQUEST = 80877103;
const CANCEL_REQUEST = 80877102;
const SYNC = new Uint8Array(['S'.charCodeAt(0), 0, 0, 0, 4]);

process.stdin.on('end', () => process.exit(0)).resume();
const file = process.argv[2];
const kept = existsSync(file);
const loadDataDir = kept ? new Blob([readFileSync(file)]) : undefined;
const db = await PGlite.create({ extensions: { vector }, loadDataDir });
if (!kept) {
  const made = await db.dumpDataDir('none');
  writeFileSync(file + '.part', Buffer.from(await made.arrayBuffer()));
  renameSync(file + '.part', file);
}

async function serve(socket) {
  let input = Buffer.alloc(0);
  let started = false;
  for await (const chunk of socket) {
    input = Buffer.concat([input, chunk]);
    for (;;) {
      const at = started ? 1 : 0; // of the length; a startup message has no type
      if (input.length < at + 4 || input.length < at + input.readInt32BE(at)) break;
      const message = input.subarray(0, at + input.readInt32BE(at));
      input = input.subarray(message.length);
      const request = started ? 0 : message.readInt32BE(4);
      if (request === CANCEL_REQUEST || (started && message[0] === 'X'.charCodeAt(0))) return;
      if (request === SSL_REQUEST) {
        socket.write('N');
        continue;
      }
      started = true;
      await db.execProtocolRawStream(new Uint8Array(message), {
        onRawData: (data) => socket.writable && socket.write(Buffer.from(data)),
      });
    }
  }
}

let turn = Promise.resolve();
const server = createServer((socket) => {
  socket.setNoDelay(true).on('error', () => socket.destroy());
  turn = turn
    .then(() => serve(socket))
    .catch(() => {}) // a connection that broke
    .then(() => socket.end())
    // Where it broke amid messages, the backend may skip all up to a sync, and would skip what follows.
    .then(() => db.execProtocolRaw(SYNC))
    .then(() => db.exec('ROLLBACK'))
    .then(() => db.exec('DISCARD ALL'))
    .catch((e) => console.error(e));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
