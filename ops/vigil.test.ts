/** What `npm run vigil` prints before it needs a running system. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runProgram } from '../tests/program.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'vigil-desk-'));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

function vigil(...args: string[]) {
  return runProgram('ops/vigil.ts', args, { env: { VIGIL_STATE_DIR: stateDir } });
}

it('explains itself', () => {
  const { code, out, err } = vigil('--help');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(vigil('capture', '--help')).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/--pseudonymous/) });
  expect(vigil('trends', '--help')).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/trends rebuild --as/),
  });
  expect(out).toMatch(/rejected list[\s\S]*rejected show[\s\S]*rejected redrive[\s\S]*VIGIL_KAFKA_BROKERS/);
});

it.each([
  [[], /^"" is no command/],
  [['rejected'], /"rejected" is no command/],
  [['rejected', 'delete'], /"rejected delete" is no command/],
  [['accepted', 'list'], /is no command/],
  [['rejected', 'list', '0:1'], /list takes no ids/],
  [['rejected', 'list', '--since', 'soon'], /--since takes 30m/],
  [['rejected', 'list', '--code', 'code-unkown'], /--code "code-unkown" is no code/],
  [['rejected', 'redrive', '--code', 'bed-07', '--as', 'x'], /--code "bed-07" is no code/],
  [['rejected', 'show', '--as', 'x'], /Name what to show/],
  [['rejected', 'show', 'x', '--as', 'x'], /"x" is no id/],
  [['rejected', 'show', '0:1'], /Say who asks, with --as/],
  [['rejected', 'redrive', '--as', 'x'], /Name what to send/],
  [['rejected', 'redrive', '--since', '1h', '--as', 'x'], /Name what to send/],
  [['rejected', 'redrive', '0:1'], /Say who asks/],
  [
    ['rejected', 'redrive', '--code', 'association-unclear', '--association', 'a', '--as', 'x'],
    /--association goes with/,
  ],
  [['rejected', 'list', '--association', 'a'], /--association goes with/],
  [['rejected', 'redrive', '0:1', '--as', 'a b'], /--as takes the id of an account/],
  [['rejected', 'redrive', '0:1', '--as', 'x'], /with --password-stdin/],
  [['rejected', 'redrive', '0:1', '--as', 'x', '--password-stdin'], /There is no file .*accounts\.json/],
  [['rejected', 'list'], /VIGIL_KAFKA_CA_FILE .*cannot be read/],
  [['capture', '--ward', 'ICU'], /capture needs --since/],
  [['trends'], /"trends " is no command/],
  [['trends', 'wipe'], /"trends wipe" is no command/],
  [['trends', 'rebuild'], /Say who asks, with --as/],
  [['trends', 'rebuild', '--as', 'x'], /Say why, with --why/],
  [['trends', 'rebuild', '--as', 'x', '--why', 'a\u202eb'], /--why /],
  [['trends', 'rebuild', '--as', 'x', '--why', 'wiped'], /with --password-stdin/],
  [['trends', '--nonsense'], /--nonsense/],
  [['capture', '--nonsense'], /--nonsense/],
  [['--nonsense'], /--nonsense/],
])('answers %j in one sentence', (args, message) => {
  const { code, out, err } = vigil(...args);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(message);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});
