import { expect, it } from 'vitest';
import { requestFramingFault } from './request-framing.ts';

it.each([
  ['nothing special', '1.1', ['Host', 'a'], undefined],
  ['HTTP/1.0 without a host', '1.0', [], undefined],
  ['chunks', '1.1', ['Host', 'a', 'Transfer-Encoding', 'chunked'], undefined],
  ['chunks in capitals', '1.1', ['Host', 'a', 'TRANSFER-ENCODING', 'Chunked'], undefined],
  ['a value that looks like a name', '1.1', ['x', 'Host', 'y', 'host', 'Host', 'a'], undefined],
  ['HTTP/0.9', '0.9', [], /version/],
  ['HTTP/2.0', '2.0', ['Host', 'a'], /version/],
  ['two hosts', '1.1', ['Host', 'a', 'x', 'y', 'host', 'a'], /more than one host/],
  ['two encodings', '1.1', ['Transfer-Encoding', 'identity', 'Transfer-Encoding', 'chunked'], /encoding/],
  ['chunked twice', '1.1', ['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'], /encoding/],
  ['a list of encodings', '1.1', ['Transfer-Encoding', 'identity, chunked'], /encoding/],
  ['compressed chunks', '1.1', ['Transfer-Encoding', 'gzip, chunked'], /encoding/],
])('a request with %s is accepted or refused as the table says', (_name, version, headers, expected) => {
  const fault = requestFramingFault(version, headers);
  if (expected === undefined) expect(fault).toBeUndefined();
  else expect(fault).toMatch(expected);
});
