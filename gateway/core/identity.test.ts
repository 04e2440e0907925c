import { expect, it } from 'vitest';
import { clientIdLengthMax, identify } from './identity.ts';

const device = { ok: true, deviceId: 'bed-07' };
const badId = { ok: false, fault: 'client-id' };
const badCertificate = { ok: false, fault: 'certificate' };

it.each([
  ['the CN itself', 'bed-07', 'bed-07', device],
  ['a second connection', 'bed-07', 'bed-07/waves', device],
  ['CN and slash alone', 'bed-07', 'bed-07/', device],
  ['none, to be assigned', 'bed-07', '', device],
  ['another device', 'bed-07', 'bed-08', badId],
  ['a longer device id', 'bed-07', 'bed-070', badId],
  ['a shorter device id', 'bed-07', 'bed-0', badId],
  ['another case', 'bed-07', 'BED-07', badId],
  ['of greatest length', 'bed-07', `bed-07/${'x'.repeat(clientIdLengthMax - 7)}`, device],
  ['one longer', 'bed-07', `bed-07/${'x'.repeat(clientIdLengthMax - 6)}`, badId],
  ['with a line end', 'bed-07', 'bed-07/a\nb', badId],
  ['with an override', 'bed-07', 'bed-07/a\u202eb', badId],
  ['of another script', 'bed-07', 'bed-07/心電図', device],
  ['no CN', undefined, '', badCertificate],
  ['an empty CN', '', '', badCertificate],
  ['two CNs', ['bed-07', 'bed-08'], 'bed-07', badCertificate],
  ['a wildcard CN', '+', '+', badCertificate],
  ['a CN with a slash', 'bed/07', 'bed/07', badCertificate],
  ['a CN of two dots', '..', '..', badCertificate],
  ['a CN of 64', 'x'.repeat(64), 'x'.repeat(64), { ok: true, deviceId: 'x'.repeat(64) }],
  ['a CN of 65', 'x'.repeat(65), 'x'.repeat(65), badCertificate],
  ['a CN with a line end', 'bed-07\n', 'bed-07\n', badCertificate],
])('%s', (_name, commonName, clientId, expected) => {
  expect(identify(commonName, clientId)).toEqual(expected);
});
