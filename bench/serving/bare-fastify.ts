/** The limit beside the serving benchmark, as a process of its own: one Fastify route that serialises a list of the same size. */
import { fastify } from 'fastify';

const list = JSON.parse(process.argv[2] ?? '{}') as object;
const server = fastify();
server.get('/v1/recommendations', () => list);
server.post('/v1/rank', () => list);
const url = await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ msg: 'listening', http: url })}\n`);
process.on('SIGTERM', () => void server.close().then(() => process.exit(0)));
