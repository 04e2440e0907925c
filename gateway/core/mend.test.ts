import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandRepeatedMembers, repairEncoding } from './mend.ts';

const text = '{"time":"2026-03-01T12:00:00.000Z","values":[{"code":"MDC_ECG_HEART_RATE","value":30,"unit":"/min"}]}';

describe('bytes around or in the JSON that are none of it', () => {
  it.each<[string, Buffer]>([
    ['a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['a trailing NUL', Buffer.from(`${text}\0`)],
    ['NULs, blanks and line ends', Buffer.from(`${text}\r\n\0 \0\n`)],
    ['both', Buffer.from(`\ufeff${text}\0`)],
  ])('are left out: %s', (_name, payload) => {
    expect(repairEncoding(payload)?.text).toBe(text);
  });

  it('reads a byte that is not UTF-8 as U+FFFD', () => {
    const payload = Buffer.from(text.replace('{', '{"note":"M\xfcller",'), 'latin1');
    expect(repairEncoding(payload)).toMatchObject({
      text: text.replace('{', '{"note":"M\ufffdller",'),
      fault: { code: 'payload-not-utf8' },
    });
  });

  it('has no other reading of text that is as it should be', () => {
    expect(repairEncoding(Buffer.from(text))).toBeUndefined();
    expect(repairEncoding(Buffer.alloc(0))).toBeUndefined();
    expect(repairEncoding(Buffer.from(`x${text}`))).toBeUndefined();
  });
});

describe('a member that comes twice in one object', () => {
  const read = (sent: string) => {
    const plain = expandRepeatedMembers(Buffer.from(sent), sent);
    return plain === undefined ? undefined : JSON.parse(plain);
  };
  it.each<[string, string, unknown]>([
    ['both lists of values count', '{"values":[1],"values":[2,3]}', { values: [1, 2, 3] }],
    ['an empty list hides nothing', '{"values":[1],"values":[]}', { values: [1] }],
    ['what is no list hides nothing', '{"values":[1],"values":null}', { values: [1] }],
    ['the same for conditions', '{"conditions":[1],"conditions":[2]}', { conditions: [1, 2] }],
    [
      'a numeric with two values is two numerics',
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
      'the one in the middle is not lost',
      '{"values":[{"value":75,"unit":"%","value":25,"value":80}]}',
      { values: [75, 25, 80].map((value) => ({ value, unit: '%' })) },
    ],
    ['the same said twice is said once', '{"seq":1,"seq":1,"values":[1]}', { seq: 1, values: [1] }],
    ['two times cannot be used', '{"time":"a","time":"b","values":[1]}', { time: null, values: [1] }],
    [
      'what says it more than 8 times is no item',
      `{"values":[{"value":1${',"value":2'.repeat(8)}},{"value":3}]}`,
      { values: [null, { value: 3 }] },
    ],
    ['also beside a colon that is written otherwise', '{"x":"\\u003a","seq":1,"seq":2}', { x: ':', seq: null }],
    ['also where the name is written otherwise', '{"seq":1,"\\u0073eq":2}', { seq: null }],
    ['also with blanks and text that looks like members', '{ "a" : "\\":\\"" , "a" : "x:{" }', { a: null }],
  ])('%s', (_name, sent, expected) => {
    expect(read(sent)).toEqual(expected);
  });

  it.each([
    ['no member comes twice', text],
    ['colons stand in text and names', '{"a:b":"c:d","values":[{"unit":"::"}]}'],
    ['it is within a member that nobody uses', '{"x":{"y":1,"y":2},"values":[1]}'],
    ['__proto__ is a member', '{"__proto__":{"a":1},"b":1}'],
    ['it is no object', '[{"a":1,"a":2}]'],
    ['it is deep', `{"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    [
      'a numeric has a great many members',
      `{"x":"\\u003a","values":[{${Array.from({ length: 200_000 }, (_, i) => `"${i}":1`)}}]}`,
    ],
    ['deep with a member twice in it', `{"x":${'['.repeat(20_000)}{"a":1,"a":2}${']'.repeat(20_000)}}`],
  ])('reads the text as it is where %s', (_name, sent) => {
    expect(read(sent)).toBeUndefined();
  });

  it('reads any JSON as JSON.parse does where nothing comes twice, and finds a doubled member in it', () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`seed ${seed}`);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(2), (object, blanks) => {
        const sent = JSON.stringify(object, null, blanks);
        expect(expandRepeatedMembers(Buffer.from(sent), sent)).toBeUndefined();
        const [name] = Object.keys(object);
        const doubled = `${sent.slice(0, -1)},${JSON.stringify(name)}:"again:"}`;
        const plain = expandRepeatedMembers(Buffer.from(doubled), doubled);
        expect(plain).toBeDefined();
        const { [name!]: _twice, ...others } = JSON.parse(plain!);
        const { [name!]: _before, ...expected } = JSON.parse(sent);
        expect(others).toEqual(expected);
      }),
      { seed },
    );
  });
});
