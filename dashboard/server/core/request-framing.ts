/**
 * Finds what a server in front of ours could read in another way than Node does, so that a part of one request becomes
 * another request (request smuggling, RFC 9112, 11.2). Node's parser refuses the rest: a length beside chunks, two
 * lengths, spaces before a colon.
 */

/**
 * Returns what is wrong with how a request was written, without its text; undefined if nothing is.
 * @param rawHeaders names and values in turn
 */
export function requestFramingFault(httpVersion: string, rawHeaders: readonly string[]): string | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    return 'The request is of an HTTP version that is not spoken here.';
  const valuesOf = (wanted: string) =>
    rawHeaders.flatMap((name, at) => (at % 2 === 0 && name.toLowerCase() === wanted ? [rawHeaders[at + 1] ?? ''] : []));
  // RFC 9112, 3.2: more than one Host is an error.
  if (valuesOf('host').length > 1) return 'The request names more than one host.';
  // One server reads "identity, chunked" as chunks, another as no encoding at all.
  const encodings = valuesOf('transfer-encoding');
  if (encodings.length > 1 || encodings.some((value) => value.toLowerCase() !== 'chunked'))
    return 'The request has a transfer encoding that is not taken here.';
  return undefined;
}
