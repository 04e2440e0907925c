import { expect, it } from 'vitest';
import { clientIdLengthMax, identify } from './identity.ts';

const device = { ok: true, deviceId: 'bed-07' };
const badId = { ok: false, fault: 'client-id' };
const badCertificate = { ok: false, fault: 'certificate' };

it.each([
  ['accepts a client id that is the CN', 'bed-07', 'bed-07', device],
  ['accepts a client id that is the CN, a slash and a name', 'bed-07', 'bed-07/waves', device],
  ['accepts a client id that is the CN and a slash', 'bed-07', 'bed-07/', device],
  ['accepts an empty client id', 'bed-07', '', device],
  ['refuses the client id of another device', 'bed-07', 'bed-08', badId],
  ['refuses a client id that is the CN and one more character', 'bed-07', 'bed-070', badId],
  ['refuses a client id that is the CN without its last character', 'bed-07', 'bed-0', badId],
  ['refuses a client id that is the CN in upper case', 'bed-07', 'BED-07', badId],
  ['accepts a client id of the maximum length', 'bed-07', `bed-07/${'x'.repeat(clientIdLengthMax - 7)}`, device],
  ['refuses a client id above the maximum length', 'bed-07', `bed-07/${'x'.repeat(clientIdLengthMax - 6)}`, badId],
  ['refuses a client id with a line end', 'bed-07', 'bed-07/a\nb', badId],
  ['refuses a client id with a character that reverses the text direction', 'bed-07', 'bed-07/a\u202eb', badId],
  ['accepts a client id in another script', 'bed-07', 'bed-07/心電図', device],
  ['refuses a certificate without a CN', undefined, '', badCertificate],
  ['refuses an empty CN', '', '', badCertificate],
  ['refuses two CNs', ['bed-07', 'bed-08'], 'bed-07', badCertificate],
  ['refuses a CN that is a wildcard', '+', '+', badCertificate],
  ['refuses a CN with a slash', 'bed/07', 'bed/07', badCertificate],
  ['refuses a CN of two dots', '..', '..', badCertificate],
  ['accepts a CN of 64 characters', 'x'.repeat(64), 'x'.repeat(64), { ok: true, deviceId: 'x'.repeat(64) }],
  ['refuses a CN of 65 characters', 'x'.repeat(65), 'x'.repeat(65), badCertificate],
  ['refuses a CN with a line end', 'bed-07\n', 'bed-07\n', badCertificate],
])('identify %s', (_name, commonName, clientId, expected) => {
  expect(identify(commonName, clientId)).toEqual(expected);
});
