/**
 * Refuses requests that a proxy and Node could divide into requests in different ways (request smuggling, RFC 9112,
 * 11.2). Node's parser itself refuses other such requests: a length together with chunks, two lengths, or spaces before
 * a colon.
 */

/**
 * Returns what is wrong with the head of a request, without the request's text; undefined if nothing is wrong.
 * @param rawHeaders alternating header names and values
 */
export function requestFramingFault(httpVersion: string, rawHeaders: readonly string[]): string | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    return 'The request uses an HTTP version that this server does not support. Use HTTP/1.1.';
  const valuesOf = (wanted: string) =>
    rawHeaders.flatMap((name, at) => (at % 2 === 0 && name.toLowerCase() === wanted ? [rawHeaders[at + 1] ?? ''] : []));
  // RFC 9112, 3.2: more than one Host is an error.
  if (valuesOf('host').length > 1) return 'The request names more than one host.';
  // Some servers read "identity, chunked" as chunks, other servers ignore this header.
  const encodings = valuesOf('transfer-encoding');
  if (encodings.length > 1 || encodings.some((value) => value.toLowerCase() !== 'chunked'))
    return 'The request has a transfer encoding that this server does not accept. Only one "chunked" is accepted.';
  return undefined;
}
