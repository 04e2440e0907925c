/** Tests the help texts and the errors of `npm run vigil` that need no running system. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runCommandHere } from '../process/command.testing.ts';
import { runProgram } from '../tests/program.ts';
import { vigilCommand } from './vigil-command.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'vigil-command-'));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

const env = { VIGIL_STATE_DIR: stateDir };
const vigil = (...args: string[]) => runCommandHere(vigilCommand, args, { env });

it('npm run vigil -- --help prints the commands and their settings', async () => {
  const { code, out, err } = await vigil('--help');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(await vigil('capture', '--help')).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/--pseudonymous/),
  });
  expect(await vigil('trends', '--help')).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/trends rebuild --as/),
  });
  expect(await vigil('strip', '--help')).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/--pdf <file>/),
  });
  expect(out).toMatch(/rejected list[\s\S]*rejected show[\s\S]*rejected redrive[\s\S]*VIGIL_KAFKA_BROKERS/);
});

it.each([
  [[], /^"" is not a command/],
  [['rejected'], /"rejected" is not a command/],
  [['rejected', 'delete'], /"rejected delete" is not a command/],
  [['accepted', 'list'], /is not a command/],
  [['rejected', 'list', '0:1'], /list takes no ids/],
  [['rejected', 'list', '--since', 'soon'], /--since takes an age/],
  [['rejected', 'list', '--code', 'code-unkown'], /--code "code-unkown" does not exist/],
  [['rejected', 'redrive', '--code', 'bed-07', '--as', 'x'], /--code "bed-07" does not exist/],
  [['rejected', 'show', '--as', 'x'], /Name the messages to show/],
  [['rejected', 'show', 'x', '--as', 'x'], /"x" is not the id of a message/],
  [['rejected', 'show', '0:1'], /Name your account with --as/],
  [['rejected', 'redrive', '--as', 'x'], /Select the messages to send/],
  [['rejected', 'redrive', '--since', '1h', '--as', 'x'], /Select the messages to send/],
  [['rejected', 'redrive', '0:1'], /Name your account with --as/],
  [
    ['rejected', 'redrive', '--code', 'association-unclear', '--association', 'a', '--as', 'x'],
    /--association needs redrive/,
  ],
  [['rejected', 'list', '--association', 'a'], /--association needs redrive/],
  [['rejected', 'redrive', '0:1', '--as', 'a b'], /--as takes the id of an account/],
  [['rejected', 'redrive', '0:1', '--as', 'x'], /with --password-stdin/],
  [['rejected', 'redrive', '0:1', '--as', 'x', '--password-stdin'], /There is no file .*accounts\.json/],
  [['rejected', 'list'], /VIGIL_KAFKA_CA_FILE .*cannot be read/],
  [['capture', '--ward', 'ICU'], /capture needs --since/],
  [['strip'], /Name one alarm/],
  [['strip', 'abcdefgh', 'ijklmnop'], /Name one alarm/],
  [['strip', 'short'], /Give at least 8 characters/],
  [['strip', 'abcdefgh/..'], /is not the id of an alarm/],
  [['strip', 'abcdefgh', '--as', 'x'], /Name the file with --pdf/],
  [['strip', 'abcdefgh', '--pdf', 'a.pdf'], /Name your account with --as/],
  [['strip', 'abcdefgh', '--pdf', '/none/a.pdf', '--as', 'x'], /There is no folder \/none/],
  [['strip', 'abcdefgh', '--pdf', 'a.pdf', '--onset', '0', '--as', 'x'], /--onset takes the number/],
  [['strip', 'abcdefgh', '--pdf', 'a.pdf', '--as', 'x'], /git work tree/],
  [['strip', 'abcdefgh', '--pdf', 'a.pdf', '--as', 'x', '--in-git'], /with --password-stdin/],
  [['trends'], /"trends " is not a command/],
  [['trends', 'wipe'], /"trends wipe" is not a command/],
  [['trends', 'rebuild'], /Name your account with --as/],
  [['trends', 'rebuild', '--as', 'x'], /Give the reason with --why/],
  [['trends', 'rebuild', '--as', 'x', '--why', 'a\u202eb'], /--why /],
  [['trends', 'rebuild', '--as', 'x', '--why', 'wiped'], /with --password-stdin/],
  [['trends', '--nonsense'], /--nonsense/],
  [['capture', '--nonsense'], /--nonsense/],
  [['--nonsense'], /--nonsense/],
])('npm run vigil refuses the arguments %j in one sentence', async (args, message) => {
  const { code, out, err } = await vigil(...args);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(message);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});

it('the program vigil.ts runs the command with its arguments, and ends with the exit code of the command', async () => {
  expect(runProgram('ops/vigil.ts', ['--help'], { env })).toEqual(await vigil('--help'));
  const err = 'Name the messages to show by their ids; see npm run vigil -- --help.\n';
  expect(runProgram('ops/vigil.ts', ['rejected', 'show', '--as', 'x'], { env })).toEqual({ code: 1, out: '', err });
});
