/** Handles the errors of a live connection. */
import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';

/**
 * Ends a live connection after an error. A message that breaks the protocol or is too large is the client's fault. The
 * log gets only one short line about such a message, so that no client can fill the log with errors and stacks. ws
 * reports at most one error of a connection. Every other error is a fault of this server, and its line has the stack.
 */
export function endAfterError(
  error: Error & { readonly code?: unknown },
  socket: Pick<WebSocket, 'terminate'>,
  { log }: { readonly log: Pick<FastifyBaseLogger, 'info' | 'error'> },
): void {
  const { code, message, stack } = error;
  if (typeof code === 'string' && code.startsWith('WS_ERR_'))
    log.info({ code }, 'a client broke the rules of its live connection; it was closed');
  else log.error({ error: message, stack }, 'a live connection failed');
  socket.terminate();
}
