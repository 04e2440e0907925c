/**
 * Runs a command in the process of the test. Starting a process for each call takes most of the time of such a test.
 */
import { type Command, runForExitCode } from './command.ts';

export type CommandResult = { readonly code: number; readonly out: string; readonly err: string };

export type CommandOptions = {
  /** The whole environment of the command. Empty by default. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text that the command reads on standard input. Empty by default. */
  readonly input?: string;
};

/**
 * Runs a command without a person at its terminal. Returns the exit code and the output.
 * @throws every error that is not a VigilError
 */
export async function runCommandHere(
  command: Command,
  args: readonly string[],
  { env = {}, input = '' }: CommandOptions = {},
): Promise<CommandResult> {
  let out = '';
  let err = '';
  const code = await runForExitCode(command, args, {
    env,
    writeOut(text) {
      out += text;
    },
    writeError(text) {
      err += text;
    },
    readInput: () => Promise.resolve(input),
    askHidden: () => Promise.reject(new Error('A test has no person who answers.')),
    isInteractive: () => false,
  });
  return { code, out, err };
}
