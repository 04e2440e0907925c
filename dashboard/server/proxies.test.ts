import type { FastifyRequest } from 'fastify';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { addressOf, networkOf, proxyCheck, proxyFault } from './proxies.ts';

it.each([
  ['10.0.0.1', true],
  ['10.0.0.0/8', true],
  ['10.0.0.1/32', true],
  ['fd00::1', true],
  ['fd00::/8', true],
  ['10.0.0.1/33', false],
  ['fd00::/129', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8/8', false],
  ['0.0.0.0/0', false],
  ['::/0', false],
  ['proxy.example', false],
  ['loopback', false],
  ['', false],
])('the setting of trusted proxies accepts the entry "%s": %s', (entry, isAccepted) => {
  expect(proxyFault(entry) === undefined).toBe(isAccepted);
});

it.each([
  [['10.0.0.1'], '10.0.0.1', true],
  [['10.0.0.1'], '10.0.0.2', false],
  [['10.7.0.0/16', '10.0.0.1'], '10.7.3.4', true],
  [['10.7.0.0/16'], '10.8.0.1', false],
  [['::ffff:10.0.0.1'], '10.0.0.1', true],
  [['fd00::/8'], 'fd12::1', true],
  [['fd00::/8'], '10.0.0.1', false],
  [['10.0.0.1'], '', false],
  [[], '10.0.0.1', false],
])('with the trusted proxies %s the address "%s" is a proxy: %s', (entries, address, isProxy) => {
  expect(proxyCheck(entries)(address)).toBe(isProxy);
});

describe('the address of a request', () => {
  const addressSeen = async (trustProxy: false | string[], forwarded: string | undefined, from = '10.0.0.1') => {
    const app = fastify({ trustProxy });
    app.get('/', async (request) => addressOf(request as FastifyRequest));
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    return (await app.inject({ url: '/', headers, remoteAddress: from })).body;
  };
  it.each<[string, false | string[], string | undefined, string, string]>([
    ['its own address without a proxy', false, undefined, '10.0.0.9', '10.0.0.9'],
    ['its own address if no proxy is trusted', false, '1.2.3.4', '10.0.0.9', '10.0.0.9'],
    ['its own address if only another address is trusted', ['10.0.0.1'], '1.2.3.4', '10.0.0.9', '10.0.0.9'],
    ['the address that the trusted proxy states', ['10.0.0.1'], '10.7.0.5', '10.0.0.1', '10.7.0.5'],
    [
      'the address that the trusted proxy states, not the address that the browser states',
      ['10.0.0.1'],
      '1.2.3.4, 10.7.0.5',
      '10.0.0.1',
      '10.7.0.5',
    ],
    ['the address before two trusted proxies', ['10.0.0.0/24'], '10.7.0.5, 10.0.0.2', '10.0.0.1', '10.7.0.5'],
    ["the proxy's address if the proxy states none", ['10.0.0.1'], undefined, '10.0.0.1', '10.0.0.1'],
    ["the proxy's address if the proxy states no valid address", ['10.0.0.1'], 'unknown', '10.0.0.1', '10.0.0.1'],
    ['an IPv4 address in IPv4 form', false, undefined, '::ffff:10.0.0.9', '10.0.0.9'],
  ])('the address of a request is %s', async (_name, trust, forwarded, from, expected) => {
    expect(await addressSeen(trust, forwarded, from)).toBe(expected);
  });
});

it.each([
  ['10.0.0.1', '10.0.0.1'],
  ['fd00::1', 'fd00:0:0:0::/64'],
  ['fd00:1:2:3:4:5:6:7', 'fd00:1:2:3::/64'],
  ['FD00:01:2::7', 'fd00:1:2:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('the requests of the address %s are counted under %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
