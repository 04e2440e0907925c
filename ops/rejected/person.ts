/**
 * Checks the account and password of the person who runs a command. The accounts belong to the dashboard. A program of
 * the dashboard checks the password.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { VigilError } from '../../contracts/errors.ts';
import type { Actor } from '../../contracts/messages/records.ts';
import type { Terminal } from '../../process/terminal.ts';

export type Person = { readonly actor: Actor; readonly wards: readonly string[]; readonly may: readonly string[] };

const accountProgram = join(import.meta.dirname, '..', '..', 'dashboard', 'server', 'account.ts');

/**
 * Returns the person of an account; undefined if user or password is wrong.
 * @throws VigilError `settings-invalid` if the file of accounts cannot be used
 */
export async function personOfAccount(
  accountsFile: string,
  userId: string,
  password: string,
): Promise<Person | undefined> {
  const args = ['check', '--user', userId, '--password-stdin', '--file', accountsFile];
  const { output, errorText, code } = await runAccountProgram(args, password);
  if (code === 0) return JSON.parse(output) as Person;
  if (/password is wrong/.test(errorText)) return undefined;
  throw new VigilError('settings-invalid', errorText.trim() || `The account in ${accountsFile} cannot be checked.`);
}

/** Who an account belongs to, without its password. */
export type KnownAccount = { readonly userId: string; readonly name: string; readonly disabled: boolean };

/**
 * Returns an account that can log in.
 * @throws VigilError `settings-invalid` if there is no such account, or if it is disabled
 */
export async function accountOf(accountsFile: string, userId: string): Promise<KnownAccount> {
  const args = ['show', '--user', userId, '--file', accountsFile];
  const { output, errorText, code } = await runAccountProgram(args, '');
  if (code !== 0) throw new VigilError('settings-invalid', errorText.trim() || `${accountsFile} cannot be read.`);
  const account = JSON.parse(output) as KnownAccount;
  if (account.disabled) throw new VigilError('settings-invalid', `The account ${userId} is disabled.`);
  return account;
}

async function runAccountProgram(args: readonly string[], input: string) {
  const child = spawn(process.execPath, [accountProgram, ...args], { stdio: 'pipe' });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, errorText, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { output, errorText, code };
}

/**
 * Returns the password: the whole standard input, or the text that the person types at the terminal. The terminal does
 * not show the password.
 */
export async function askPassword(fromStdin: boolean, userId: string, terminal: Terminal): Promise<string> {
  if (fromStdin) return (await terminal.readInput()).replace(/\r?\n$/, '');
  if (!terminal.isInteractive('input'))
    throw new VigilError(
      'settings-invalid',
      'No terminal can ask for the password: give the password on standard input, with --password-stdin.',
    );
  return terminal.askHidden(`Password of ${userId}: `);
}
