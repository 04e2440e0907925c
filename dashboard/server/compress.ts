/**
 * Compresses long answers of a route. Only for routes whose answers have no secret and no patient data, because the
 * length of a compressed answer says something about its content (docs/decisions/096-device-list.md).
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A shorter answer is sent as it is, bytes (ours). */
const bytesMin = 2_000;

const compress = promisify(gzip);

/** Returns whether the header `Accept-Encoding` allows gzip (RFC 9110, 12.5.3). */
export function acceptsGzip(header: string | undefined): boolean {
  const accepted = new Map(
    (header ?? '').split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith('q='));
      return [name, q === undefined || Number(q.slice(2)) > 0];
    }),
  );
  return accepted.get('gzip') ?? accepted.get('*') ?? false;
}

/** A hook `onSend` for a route: returns the compressed answer if the answer is long and the browser accepts gzip. */
export async function compressLongAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (typeof payload !== 'string' || Buffer.byteLength(payload) < bytesMin) return payload;
  reply.header('vary', 'accept-encoding');
  if (!acceptsGzip(request.headers['accept-encoding'])) return payload;
  const compressed = await compress(payload);
  reply.header('content-encoding', 'gzip').header('content-length', compressed.length);
  return compressed;
}
