import { describe, expect, it } from 'vitest';
import { VigilError } from '../contracts/errors.ts';
import { runCommandHere } from './command.testing.ts';
import { readArguments, runForExitCode } from './command.ts';
import { processTerminal } from './terminal.ts';

const invalid = (message: string) => new VigilError('settings-invalid', message);

describe('runForExitCode', () => {
  it('runForExitCode gives the command its arguments, the environment and standard input, and returns the exit code of the command', async () => {
    const result = await runCommandHere(
      async ([first], terminal) => {
        terminal.writeOut(`${first} ${terminal.env.NAME} ${await terminal.readInput()}`);
        return 3;
      },
      ['a'],
      { env: { NAME: 'b' }, input: 'c' },
    );
    expect(result).toEqual({ code: 3, out: 'a b c', err: '' });
  });

  it('runForExitCode prints the message of a VigilError on standard error with invisible characters as codes, and returns 1', async () => {
    const { code, out, err } = await runCommandHere(() => Promise.reject(invalid('Bad\u202e name.\nSee --help.')), []);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^Bad\S*202e\S* name\.\nSee --help\.\n$/i);
  });

  it('if the error is no VigilError, runForExitCode prints the text of faultText; without faultText, it throws the error', async () => {
    const command = () => Promise.reject(new TypeError('no such method'));
    await expect(runCommandHere(command, [])).rejects.toThrow('no such method');
    let printed = '';
    const writeError = (text: string) => {
      printed += text;
    };
    const terminal = { ...processTerminal(), writeError };
    const code = await runForExitCode(command, [], terminal, (error) => `The command failed: ${String(error)}`);
    expect({ code, printed }).toEqual({ code: 1, printed: 'The command failed: TypeError: no such method\n' });
  });
});

describe('readArguments', () => {
  const config = { options: { name: { type: 'string' } } } as const;
  const read = (...args: string[]) => readArguments(args, config, (sentence) => invalid(`${sentence}; see --help.`));

  it('readArguments returns the options', () => {
    expect(read('--name', 'a').values).toEqual({ name: 'a' });
  });

  it.each([
    [['--nonsense'], /^Unknown option '--nonsense'; see --help\.$/],
    [['--name'], /--name.* argument missing; see --help\.$/],
    [['a'], /^Unexpected argument 'a'[^.]*; see --help\.$/],
  ])('readArguments refuses %j in one sentence', (args, message) => {
    expect(() => read(...args)).toThrow(expect.objectContaining({ message: expect.stringMatching(message) }));
  });
});
