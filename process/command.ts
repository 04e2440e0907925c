/**
 * Runs a command of an operator: its arguments, its exit code and its errors. A program file of a command calls only
 * `runCommand`.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { VigilError } from '../contracts/errors.ts';
import { visibleLines } from '../contracts/text.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** Runs a command with its arguments. Returns the exit code. */
export type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

/** Returns the text for an error that is not a VigilError. */
export type FaultText = (error: unknown) => string;

/**
 * Runs a command with the arguments and the terminal of this process, and sets the exit code of this process.
 * @param faultText returns the text for an error that is not a VigilError. If absent, such an error ends the process
 * with its stack
 */
export async function runCommand(command: Command, faultText?: FaultText): Promise<void> {
  process.exitCode = await runForExitCode(command, process.argv.slice(2), processTerminal(), faultText);
}

/**
 * Runs a command and returns the exit code. Prints the message of a VigilError to standard error, and returns 1.
 * @throws every other error if `faultText` is absent
 */
export async function runForExitCode(
  command: Command,
  args: readonly string[],
  terminal: Terminal,
  faultText?: FaultText,
): Promise<number> {
  try {
    return await command(args, terminal);
  } catch (error) {
    if (!(error instanceof VigilError) && faultText === undefined) throw error;
    const message = error instanceof VigilError ? error.message : faultText?.(error);
    terminal.writeError(`${visibleLines(message ?? '')}\n`);
    return 1;
  }
}

/**
 * Reads the arguments of a command line.
 * @param usageError creates the error for the command line from the first sentence of Node's message, without its full
 * stop
 * @throws VigilError for an unknown option, a missing value, or an argument that the command does not have
 */
export function readArguments<const Config extends Omit<ParseArgsConfig, 'args'>>(
  args: readonly string[],
  config: Config,
  usageError: (sentence: string, cause: Error) => VigilError,
) {
  try {
    return parseArgs({ ...config, args: [...args] });
  } catch (cause) {
    const { message } = cause as Error;
    throw usageError(message.split('. ')[0] ?? '', cause as Error);
  }
}
