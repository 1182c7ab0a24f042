// node server.mjs FILE: PostgreSQL with pgvector on a free port of loopback; prints the port. It ends when its
// standard input does, so also when whoever started it dies. FILE keeps the empty database, which takes a while to make.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

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
const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 100 });
server.addEventListener('listening', (e) => console.log(e.detail.port));
await server.start();
