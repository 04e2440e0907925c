import { describe, expect, it } from 'vitest';
import { failureReason } from './failure-reason.ts';

const errorOf = (code: string, members: object = {}) =>
  Object.assign(new Error('secret 10.0.0.7'), { code, ...members });

describe('failureReason', () => {
  it.each([
    ['ECONNREFUSED', 'transient', 'The host refuses the connection.'],
    ['ENOTFOUND', 'transient', 'The name of the host is not known.'],
    ['ECONNRESET', 'transient', 'The host broke the connection.'],
    ['EADDRNOTALLOWED', 'permanent', 'The host has an address to which Vigil must not connect.'],
    ['ETLS', 'permanent', 'The host does not offer a secure connection.'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'permanent', 'The certificate of the host is not valid.'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'permanent', 'The certificate of the host is not valid.'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'permanent', 'The certificate of the host is not valid.'],
    ['CERT_HAS_EXPIRED', 'permanent', 'The certificate of the host is not valid.'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'permanent', 'The certificate of the host is not valid.'],
    ['EXYZ', 'transient', 'The connection to the host failed.'],
  ])('failureReason of %s is %s: %s', (code, kind, reason) => {
    expect(failureReason(errorOf(code))).toEqual({ class: kind, reason });
  });

  it('failureReason finds the code inside an error that a library has wrapped', () => {
    const wrapped = errorOf('ESOCKET', { originalCode: 'CERT_HAS_EXPIRED' });
    expect(failureReason(wrapped).class).toBe('permanent');
    expect(failureReason(new Error('a', { cause: errorOf('ECONNREFUSED') })).reason).toContain('refuses');
    expect(failureReason(new AggregateError([errorOf('ECONNREFUSED')])).reason).toContain('refuses');
    expect(failureReason('text')).toEqual({ class: 'transient', reason: 'The connection to the host failed.' });
  });
});
