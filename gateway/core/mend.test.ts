import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandRepeatedMembers, repairEncoding } from './mend.ts';

const text = '{"time":"2026-03-01T12:00:00.000Z","values":[{"code":"MDC_ECG_HEART_RATE","value":30,"unit":"/min"}]}';

describe('repairEncoding', () => {
  it.each<[string, Buffer]>([
    ['a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['a trailing NUL', Buffer.from(`${text}\0`)],
    ['NULs, blanks and line ends', Buffer.from(`${text}\r\n\0 \0\n`)],
    ['a byte order mark and a trailing NUL', Buffer.from(`\ufeff${text}\0`)],
  ])('repairEncoding leaves out %s', (_name, payload) => {
    expect(repairEncoding(payload)?.text).toBe(text);
  });

  it('repairEncoding reads a byte that is not UTF-8 as U+FFFD', () => {
    const payload = Buffer.from(text.replace('{', '{"note":"M\xfcller",'), 'latin1');
    expect(repairEncoding(payload)).toMatchObject({
      text: text.replace('{', '{"note":"M\ufffdller",'),
      fault: { code: 'payload-not-utf8' },
    });
  });

  it('repairEncoding returns undefined for a payload that needs no repair', () => {
    expect(repairEncoding(Buffer.from(text))).toBeUndefined();
    expect(repairEncoding(Buffer.alloc(0))).toBeUndefined();
    expect(repairEncoding(Buffer.from(`x${text}`))).toBeUndefined();
  });
});

describe('expandRepeatedMembers', () => {
  const read = (sent: string) => {
    const expanded = expandRepeatedMembers(Buffer.from(sent), sent);
    return expanded === undefined ? undefined : JSON.parse(expanded);
  };
  it.each<[string, string, unknown]>([
    ['joins two lists of values', '{"values":[1],"values":[2,3]}', { values: [1, 2, 3] }],
    ['keeps a list if the second list is empty', '{"values":[1],"values":[]}', { values: [1] }],
    ['keeps a list if the second value is not a list', '{"values":[1],"values":null}', { values: [1] }],
    ['joins two lists of conditions', '{"conditions":[1],"conditions":[2]}', { conditions: [1, 2] }],
    [
      'turns a numeric with two values into two numerics',
      '{"values":[{"code":"a","value":25,"value":75},{"code":"b","value":1}]}',
      {
        values: [
          { code: 'a', value: 25 },
          { code: 'a', value: 75 },
          { code: 'b', value: 1 },
        ],
      },
    ],
    [
      'keeps the second of three values of a numeric',
      '{"values":[{"value":75,"unit":"%","value":25,"value":80}]}',
      { values: [75, 25, 80].map((value) => ({ value, unit: '%' })) },
    ],
    ['keeps a member that comes twice with the same value', '{"seq":1,"seq":1,"values":[1]}', { seq: 1, values: [1] }],
    ['replaces two different times by null', '{"time":"a","time":"b","values":[1]}', { time: null, values: [1] }],
    [
      'replaces an item by null if one of its members comes more than 8 times',
      `{"values":[{"value":1${',"value":2'.repeat(8)}},{"value":3}]}`,
      { values: [null, { value: 3 }] },
    ],
    ['finds a repeat beside a colon that is an escape', '{"x":"\\u003a","seq":1,"seq":2}', { x: ':', seq: null }],
    ['finds a repeat if the name has an escape', '{"seq":1,"\\u0073eq":2}', { seq: null }],
    ['finds a repeat beside blanks and texts that look like members', '{ "a" : "\\":\\"" , "a" : "x:{" }', { a: null }],
  ])('expandRepeatedMembers %s', (_name, sent, expected) => {
    expect(read(sent)).toEqual(expected);
  });

  it.each([
    ['no member comes twice', text],
    ['texts and names contain colons', '{"a:b":"c:d","values":[{"unit":"::"}]}'],
    ['the repeat is within a member that Vigil does not use', '{"x":{"y":1,"y":2},"values":[1]}'],
    ['__proto__ is a member', '{"__proto__":{"a":1},"b":1}'],
    ['the text is not an object', '[{"a":1,"a":2}]'],
    ['the text is nested 20,000 deep', `{"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    [
      'a numeric has 200,000 members',
      `{"x":"\\u003a","values":[{${Array.from({ length: 200_000 }, (_, i) => `"${i}":1`)}}]}`,
    ],
    ['the repeat is nested 20,000 deep', `{"x":${'['.repeat(20_000)}{"a":1,"a":2}${']'.repeat(20_000)}}`],
  ])('expandRepeatedMembers returns undefined if %s', (_name, sent) => {
    expect(read(sent)).toBeUndefined();
  });

  it('expandRepeatedMembers returns undefined for any JSON in which no member comes twice; if a member is then repeated, it expands this member', () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`seed ${seed}`);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(2), (object, blanks) => {
        const sent = JSON.stringify(object, null, blanks);
        expect(expandRepeatedMembers(Buffer.from(sent), sent)).toBeUndefined();
        const [name] = Object.keys(object);
        const doubled = `${sent.slice(0, -1)},${JSON.stringify(name)}:"again:"}`;
        const expanded = expandRepeatedMembers(Buffer.from(doubled), doubled);
        expect(expanded).toBeDefined();
        const { [name!]: _twice, ...others } = JSON.parse(expanded!);
        const { [name!]: _before, ...expected } = JSON.parse(sent);
        expect(others).toEqual(expected);
      }),
      { seed },
    );
  });
});
